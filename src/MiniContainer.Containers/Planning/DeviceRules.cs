// The device rules of a container: those of config.json, and behind them what every container may use
// (lab 08-cgroups; runtime-spec, "Allowed Device list", "Default Devices").

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Turns config.json's rules into the kernel's.</summary>
public static class DeviceRules
{
    // Nodes of any kind may be made, since a node that may not be opened does no harm. Then null, zero, full, random,
    // urandom, tty, ptmx, and the terminals of the container's own devpts.
    private static readonly DeviceRule[] Always =
    [
        new(true, 'c', null, null, "m"), new(true, 'b', null, null, "m"),
        new(true, 'c', 1, 3), new(true, 'c', 1, 5), new(true, 'c', 1, 7), new(true, 'c', 1, 8), new(true, 'c', 1, 9),
        new(true, 'c', 5, 0), new(true, 'c', 5, 2), new(true, 'c', 136),
    ];

    /// <summary>The rules to set, in order; none where config.json has none.</summary>
    /// <remarks>
    /// As runc and crun do: podman, say, denies all and counts on the runtime to allow the default devices. A list that
    /// does not begin with a rule about all devices begins with denying them.
    /// </remarks>
    public static IReadOnlyList<DeviceRule> Effective(IReadOnlyList<LinuxDeviceCgroup>? rules)
    {
        if (rules is not { Count: > 0 })
            return [];
        var asked =
            rules.Select(r =>
                new DeviceRule(r.Allow, r.Type is { Length: > 0 } t ? t[0] : 'a', Number(r.Major), Number(r.Minor),
                    r.Access?.Contains('a', StringComparison.Ordinal) != false ? "rwm" : r.Access)).ToList();
        if (asked[0].Type != 'a')
            asked.Insert(0, new DeviceRule(false, 'a'));
        // After "allow a" there is nothing left to allow, and version 1 would refuse to hear it from a cgroup with
        // less.
        var open = asked.FindLast(r => r.Type == 'a')!.Allow;
        return [.. asked, .. open ? [] : Always.Where(a => !asked.Contains(a))];
    }

    private static long? Number(long? number) => number is >= 0 ? number : null;
}
