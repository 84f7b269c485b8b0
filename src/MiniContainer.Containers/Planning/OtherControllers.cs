// Controllers that few containers are limited by: block devices, network classes, real-time budgets, RDMA, reserved
// huge pages (lab 08-cgroups; cgroup-v1/net_cls.rst, net_prio.rst, rdma.rst, hugetlb.rst, sched-rt-group.rst).

using System.Globalization;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Containers.Planning;

/// <summary>Turns those limits into files.</summary>
internal static class OtherControllers
{
    /// <summary>The files of a controller of version 1.</summary>
    public static IEnumerable<CgroupFile> V1(string controller, LinuxResources resources) => controller switch
    {
        "blkio" => BlockIoFiles.V1(resources.BlockIo),
        "cpu" => RealTime(resources.Cpu),
        "net_cls" => Class(resources.Network),
        "net_prio" => Priorities(resources.Network),
        "rdma" => Rdma(resources.Rdma),
        "hugetlb" => Reservations(resources.HugepageLimits, "limit_in_bytes"),
        _ => [],
    };

    /// <summary>
    /// The files of version 2, which has neither network classes nor real-time budgets, and those that are named.
    /// </summary>
    public static IEnumerable<CgroupFile> V2(LinuxResources resources) =>
    [
        .. BlockIoFiles.V2(resources.BlockIo), .. Rdma(resources.Rdma),
        .. Reservations(resources.HugepageLimits, "max"),
        // Last: a user who names a file knows best.
        .. (resources.Unified
            ?? new Dictionary<string, string>()).Select(u =>
                new CgroupFile(u.Key, u.Value, "Asked for by its own name.")),
    ];

    // The period first: a budget that is more than the period is refused.
    private static IEnumerable<CgroupFile> RealTime(LinuxCpu? cpu)
    {
        if (cpu?.RealtimePeriod is { } period and not 0)
            yield return new("cpu.rt_period_us", Text((long)period),
                "The window, in microseconds, in which real-time processes have their time counted.");
        if (cpu?.RealtimeRuntime is { } runtime and not 0)
            yield return new("cpu.rt_runtime_us", Text(runtime),
                "How many microseconds of it they may have; without a budget there is no real-time scheduling in "
                    + "here.");
    }

    private static IEnumerable<CgroupFile> Class(LinuxNetwork? network)
    {
        if (network?.ClassId is { } id and not 0)
            yield return new("net_cls.classid", Text(id),
                "Packets are marked with this class, for tc(8) and the firewall to tell by.");
    }

    private static IEnumerable<CgroupFile> Priorities(LinuxNetwork? network) =>
        (network?.Priorities
            ?? []).Select(p =>
                new CgroupFile("net_prio.ifpriomap", $"{p.Name} {p.Priority}",
                    "The priority of packets that leave by this interface."));

    private static IEnumerable<CgroupFile> Rdma(IReadOnlyDictionary<string, LinuxRdma>? devices) =>
        (devices ?? new Dictionary<string, LinuxRdma>()).Select(d => new CgroupFile(
            "rdma.max",
            $"{d.Key}{(d.Value.HcaHandles is { } handles ? $" hca_handle={handles}" : "")}"
                + $"{(d.Value.HcaObjects is { } objects ? $" hca_object={objects}" : "")}",
            "What one container takes of the adapter, the others lack."));

    // A limit of reservations fails mmap; the limit of use alone, which is set too, would end a program by SIGBUS.
    private static IEnumerable<CgroupFile> Reservations(IReadOnlyList<LinuxHugepageLimit>? limits, string file) =>
        (limits ?? []).Select(l =>
            new CgroupFile($"hugetlb.{l.PageSize}.rsvd.{file}", l.Limit.ToString(CultureInfo.InvariantCulture),
                "Whoever reserves too many hears of it at once, and not by a signal later.", Optional: true));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
