// What an init system hands to a service, on its way into the container: the socket on which it says that it is ready,
// and sockets that are open already (lab 12-oci; sd_notify(3), sd_listen_fds(3)). As with runc the directory of the one
// is bound at /run/notify, and the others are the command's descriptors from 3 on.

using System.Globalization;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Sockets that the caller was handed (LISTEN_FDS).</summary>
/// <param name="Count">How many, from descriptor 3 on.</param>
/// <param name="Names">LISTEN_FDNAMES; null if there are no names.</param>
public sealed record ListenFds(int Count, string? Names);

/// <summary>Plans what an init system hands on.</summary>
internal static class InitSystemPlan
{
    private const string Inside = "/run/notify";

    /// <summary>The directory of the notification socket.</summary>
    public static string NotifyDirectory(string stateDirectory) => Path.Combine(stateDirectory, "notify");

    /// <summary>Adds the notification socket.</summary>
    /// <returns>The bundle, in which the command finds it.</returns>
    public static Bundle AddNotify(Plan plan, Bundle bundle, string stateDirectory, bool created)
    {
        var directory = NotifyDirectory(stateDirectory);
        plan.Add(new MakeDirectory(directory, 0x1ed)
        {
            Tree = true,
            Why = "NOTIFY_SOCKET is set: an init system waits for the command to say that it is ready. The socket "
                + "will be in here, and the directory in the container.",
        });
        if (!created)
            plan.Add(Listen(directory));
        string[] options = ["bind", "nosuid", "noexec", "nodev", "ro"];
        var mount = new Mount { Destination = Inside, Source = directory, Options = options };
        return WithEnv(bundle with { Spec = bundle.Spec with { Mounts = [.. bundle.Spec.Mounts ?? [], mount] } },
            $"NOTIFY_SOCKET={Inside}/{Kernel.NotifySocket.FileName}");
    }

    /// <summary>The step that makes the socket.</summary>
    public static ListenForReady Listen(string directory) =>
        new(directory) { Why = "Before the command runs, which may say at once that it is ready." };

    /// <summary>The bundle, whose command finds the sockets that it was handed: it is process 1.</summary>
    public static Bundle WithListenFds(Bundle bundle, ListenFds handed)
    {
        List<string> variables = ["LISTEN_PID=1", $"LISTEN_FDS={handed.Count.ToString(CultureInfo.InvariantCulture)}"];
        if (handed.Names is { } names)
            variables.Add($"LISTEN_FDNAMES={names}");
        return WithEnv(bundle, variables);
    }

    private static Bundle WithEnv(Bundle bundle, params IReadOnlyList<string> variables)
    {
        var process = bundle.Spec.Process!;
        var names = variables.Select(v => v[..(v.IndexOf('=', StringComparison.Ordinal) + 1)]).ToList();
        var others = (process.Env ?? []).Where(e => !names.Exists(n => e.StartsWith(n, StringComparison.Ordinal)));
        return bundle with { Spec = bundle.Spec with { Process = process with { Env = [.. others, .. variables] } } };
    }
}
