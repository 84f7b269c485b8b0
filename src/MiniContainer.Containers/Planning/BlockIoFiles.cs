// Weights and limits of block devices as files of the blkio controller of version 1 and of io of version 2
// (lab 08-cgroups; cgroup-v1/blkio-controller.rst, cgroup-v2.rst "IO"; runtime-spec, "Block IO").
//
// A weight is the business of the scheduler of each disk: BFQ has files of its own, and in version 2 io.cost another.
// Limits are the block layer's own, whatever the scheduler.

using System.Globalization;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Containers.Planning;

/// <summary>A file of a cgroup and what is written there.</summary>
/// <param name="File">Its name.</param>
/// <param name="Value">What to write.</param>
/// <param name="Why">Why: a sentence.</param>
/// <param name="Optional">Whether a kernel without that file is fine.</param>
internal sealed record CgroupFile(string File, string Value, string Why, bool Optional = false)
{
    /// <summary>The file and value to use if the kernel does not have this one; null for none.</summary>
    public (string File, string Value)? Else { get; init; }
}

/// <summary>Turns the member blockIO of config.json into files.</summary>
internal static class BlockIoFiles
{
    private const string Share = "A weight against its neighbours when a disk is busy.";

    /// <summary>The files of version 1.</summary>
    public static IEnumerable<CgroupFile> V1(LinuxBlockIo? io)
    {
        if (io?.Weight is { } weight and not 0)
            yield return new("blkio.bfq.weight", Text(weight), Share);
        foreach (var device in io?.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
                yield return new("blkio.bfq.weight_device", $"{device.Major}:{device.Minor} {own}",
                    "The weight on this disk.");
        }

        foreach (var (list, v1, _, why) in Limits(io))
        {
            foreach (var limit in list ?? [])
                yield return new($"blkio.throttle.{v1}_device", $"{limit.Major}:{limit.Minor} {limit.Rate}", why);
        }
    }

    /// <summary>The files of version 2.</summary>
    public static IEnumerable<CgroupFile> V2(LinuxBlockIo? io)
    {
        if (io?.Weight is { } weight and not 0)
        {
            // io.weight goes from 1 to 10000, config.json's from 10 to 1000: the mapping that runc and crun have.
            var wide = 1 + ((Math.Clamp((int)weight, 10, 1000) - 10) * 9999 / 990);
            yield return new("io.bfq.weight", Text(weight), Share) { Else = ("io.weight", Text(wide)) };
        }

        foreach (var device in io?.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
                yield return new("io.bfq.weight", $"{device.Major}:{device.Minor} {own}", "The weight on this disk.");
        }

        foreach (var (list, _, v2, why) in Limits(io))
        {
            foreach (var limit in list ?? [])
                yield return new("io.max",
                    $"{limit.Major}:{limit.Minor} {v2}={(limit.Rate == 0 ? "max" : Text((long)limit.Rate))}", why);
        }
    }

    /// <summary>Whether something is asked for that only the scheduler CFQ had, which left Linux with 5.0.</summary>
    public static bool NeedsCfq(LinuxBlockIo? io) =>
        io?.LeafWeight is > 0 || (io?.WeightDevice ?? []).Any(d => d.LeafWeight is > 0);

    private static IEnumerable<(IReadOnlyList<LinuxThrottleDevice>? List, string V1, string V2, string Why)> Limits(
        LinuxBlockIo? io) =>
    [
        (io?.ThrottleReadBpsDevice, "read_bps", "rbps", "No more bytes than that are read from this disk in a second."),
        (io?.ThrottleWriteBpsDevice, "write_bps", "wbps",
            "No more bytes than that are written to this disk in a second."),
        (io?.ThrottleReadIopsDevice, "read_iops", "riops", "No more reads than that reach this disk in a second."),
        (io?.ThrottleWriteIopsDevice, "write_iops", "wiops", "No more writes than that reach this disk in a second."),
    ];

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
