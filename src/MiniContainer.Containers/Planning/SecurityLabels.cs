// The labels of AppArmor and SELinux for the command: the kernel keeps them aside until execve (apparmor(7),
// selinux(8), proc_pid_attr(5)). Written through the host's /proc, before the container's is seen: an image or a volume
// could lie about /proc, and the label would go to a file that does nothing.

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the members apparmorProfile and selinuxLabel of config.json.</summary>
internal static class SecurityLabels
{
    private const string Lab = "10-privileges";

    // File systems that keep a label for the whole mount; for the others it is the files' own.
    private static readonly string[] Labelled = ["tmpfs", "devpts"];

    /// <summary>Adds the labels that hold from execve on.</summary>
    public static void Add(ChildTape tape, Process process)
    {
        if (process.ApparmorProfile is { Length: > 0 } profile)
            tape.WriteKnob("/proc/self/attr/apparmor/exec", $"exec {profile}",
                $"run under the AppArmor profile {profile}",
                "It holds from execve on; the host's /proc cannot be another one.", "apparmor(7)", Lab,
                ": # not by hand: it would hold for the next program of this script");
        if (process.SelinuxLabel is { Length: > 0 } label)
            tape.WriteKnob("/proc/self/attr/exec", label, $"run with the SELinux label {label}",
                "It holds from execve on; the host's /proc cannot be another one.", "selinux(8)", Lab,
                ": # not by hand: it would hold for the next program of this script");
    }

    /// <summary>
    /// The options of a mount, with the label of the container's mounts where the file system takes one.
    /// </summary>
    public static string MountData(string data, string? type, string? label) =>
        string.IsNullOrEmpty(label) || !Labelled.Contains(type) ? data
        : $"{data}{(data.Length > 0 ? "," : "")}context=\"{label}\"";
}
