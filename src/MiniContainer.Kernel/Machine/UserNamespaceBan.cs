// Who forbids user namespaces, and how root allows them: three settings, each of another hand (lab 09-rootless;
// user_namespaces(7), /proc/sys/user; Debian's and Ubuntu's own sysctls).

namespace MiniContainer.Kernel;

/// <summary>A setting that forbids user namespaces.</summary>
/// <param name="Setting">Its name for sysctl(8).</param>
/// <param name="Value">What it is.</param>
/// <param name="Allowing">What it must be.</param>
/// <param name="BindsRoot">Whether it holds for root too.</param>
public sealed record UserNamespaceBan(string Setting, string Value, string Allowing, bool BindsRoot)
{
    // The last is Ubuntu's, since 23.10: a process without a profile of its own gets a user namespace and no
    // capability in it.
    private static readonly UserNamespaceBan[] Known =
    [
        new("user.max_user_namespaces", "0", "10000", BindsRoot: true),
        new("kernel.unprivileged_userns_clone", "0", "1", BindsRoot: false),
        new("kernel.apparmor_restrict_unprivileged_userns", "1", "0", BindsRoot: false),
    ];

    /// <summary>The command by which root allows them.</summary>
    public string Remedy => $"sysctl -w {Setting}={Allowing}";

    /// <summary>The first setting that forbids them here; null if none does.</summary>
    /// <param name="toRoot">Whether to ask for root; else for ordinary users.</param>
    public static UserNamespaceBan? Find(bool toRoot) => Find(toRoot, "/proc/sys");

    /// <summary>The same, with the settings elsewhere.</summary>
    internal static UserNamespaceBan? Find(bool toRoot, string settings) =>
        Known.FirstOrDefault(b => (b.BindsRoot || !toRoot)
            && Knob.TryRead($"{settings}/{b.Setting.Replace('.', '/')}")?.Trim() == b.Value);
}
