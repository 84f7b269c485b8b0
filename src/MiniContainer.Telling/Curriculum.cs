// Each step names the lab that teaches it. Some of those labs are not written yet, and must not be shown as if they
// were.

namespace MiniContainer.Telling;

/// <summary>Which labs there are.</summary>
public static class Curriculum
{
    /// <summary>Labs that steps name and that are still to come.</summary>
    public static IReadOnlyList<string> ToCome { get; } =
        ["13-netns", "14-bridge", "15-nat", "16-ports", "18-ipv6", "20-pause", "21-pod", "22-cni"];

    /// <summary>A lab as it is shown: itself, or nothing if it is to come.</summary>
    /// <param name="lab">"06-mounts".</param>
    public static string Shown(string lab) => ToCome.Contains(lab) ? "" : lab;
}
