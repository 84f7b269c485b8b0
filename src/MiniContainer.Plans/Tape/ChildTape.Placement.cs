// Where a child runs and where its memory lies: processors and memory nodes (lab 08-cgroups; sched_setaffinity(2),
// set_mempolicy(2), numa(7)).

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <summary>Stays on some processors.</summary>
    /// <param name="list">The processors, as people write them: "0-3,7".</param>
    /// <param name="mask">The same, bit n for processor n, in whole longs.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAffinity(string list, byte[] mask, string why) =>
        Add($"stay on the processors {list}", why, "sched_setaffinity(2)", "08-cgroups",
            [new TapeCall("sched_setaffinity", 0, mask.Length, new TapeArg.Block(mask, $"[{list}]"))],
            $"taskset -pc {ShellWord.Quote(list)} $$ > /dev/null");

    /// <summary>Runs on every processor that its cgroup allows.</summary>
    public void ResetAffinity(string why)
    {
        // As many as a kernel can be built for: it passes over those that are not there, and those that the cpuset forbids.
        var all = new byte[1024];
        Array.Fill(all, byte.MaxValue);
        Add("run on all processors", why, "sched_setaffinity(2)", "08-cgroups",
            [new TapeCall("sched_setaffinity", 0, all.Length, new TapeArg.Block(all, "~0"))],
            "taskset -pc \"0-$(($(nproc --all) - 1))\" $$ > /dev/null");
    }

    /// <summary>Says on which nodes memory is to be taken.</summary>
    /// <param name="name">MPOL_BIND and the like, with flags.</param>
    /// <param name="mode">Its number, MPOL_F_* flags included.</param>
    /// <param name="nodes">The nodes, as people write them; null for none.</param>
    /// <param name="mask">The same, bit n for node n, in whole longs; empty for none.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetMemoryPolicy(string name, uint mode, string? nodes, byte[] mask, string why) =>
        Add(new Subject(Chapter.Limits), $"take memory by {name}{(nodes is null ? "" : $" of the nodes {nodes}")}", why, "set_mempolicy(2)", "12-oci",
            // The kernel reads one bit less than it is told (get_nodes() in mm/mempolicy.c), and always has.
            [new TapeCall("set_mempolicy", TapeArg.Named(mode, name), mask.Length == 0 ? TapeArg.Null : new TapeArg.Block(mask, $"[{nodes}]"), mask.Length == 0 ? 0 : (mask.Length * 8) + 1)],
            ": # not by hand: numactl would execute another program");
}
