// Where a container's network namespace is: a path that a runtime gave us, as CNI does, or "child:NAME" for that of a
// child of the plan, which has a pid only when it is played. Lab 13-netns; network_namespaces(7).

using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans.Steps;

/// <summary>Names of network namespaces in plans: "child:NAME", or a path.</summary>
public static class NetnsPath
{
    private const string Child = "child:";

    /// <summary>Whether it is of a child of the plan, and goes away with it.</summary>
    public static bool IsChild(string netns) => netns.StartsWith(Child, StringComparison.Ordinal);

    /// <summary>Opens it.</summary>
    /// <exception cref="MinicException">It is not there, or no network namespace.</exception>
    public static SafeFileHandle Open(string netns, PlayContext playing) => NetworkNamespace.Open(IsChild(netns)
        ? string.Create(CultureInfo.InvariantCulture, $"/proc/{playing.Children[netns[Child.Length..]].Pid}/ns/net")
        : netns);

    /// <summary>How strace(1) would print it.</summary>
    public static string Shown(string netns) => IsChild(netns) ? "\"/proc/PID/ns/net\"" : TapeArg.Quote(netns);

    /// <summary>The beginning of a shell command that runs inside.</summary>
    public static string Enter(string netns) =>
        IsChild(netns) ? "nsenter -t \"$CHILD\" -n" : $"nsenter --net={ShellWord.Quote(netns)}";
}
