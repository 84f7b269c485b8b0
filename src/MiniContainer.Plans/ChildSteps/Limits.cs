// How much a child may use, when and where it runs (labs 08-cgroups, 10-privileges, 12-oci; prlimit(2),
// sched_setattr(2), ioprio_set(2), sched_setaffinity(2), set_mempolicy(2), numa(7)).

using System.Globalization;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Sets a limit of resources.</summary>
/// <param name="Name">RLIMIT_NOFILE and the like.</param>
/// <param name="Resource">Its number.</param>
/// <param name="Soft">The limit that holds.</param>
/// <param name="Hard">How far it may be raised.</param>
public sealed record SetLimit(string Name, int Resource, ulong Soft, ulong Hard) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [prlimit(Resource, Name, Soft, Hard)];

    /// <inheritdoc/>
    public override string Man => "prlimit(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits, "set # resource limits", Name);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"prlimit --pid $$ --{Name[7..].ToLowerInvariant()}={LimitText(Soft)}:{LimitText(Hard)}"];
}

/// <summary>Sets the scheduling policy.</summary>
/// <param name="Name">SCHED_OTHER and the like.</param>
/// <param name="Policy">Its number.</param>
/// <param name="Flags">SCHED_FLAG_* bits.</param>
/// <param name="Nice">Nice value, for the policies that have one.</param>
/// <param name="Priority">Static priority, for the real-time ones.</param>
/// <param name="Deadline">Runtime, deadline and period in nanoseconds, for SCHED_DEADLINE.</param>
public sealed record SetScheduler(string Name, uint Policy, ulong Flags, int Nice, uint Priority,
    (ulong Runtime, ulong Deadline, ulong Period) Deadline) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set the scheduler {Name}";

    private string FlagsText => Flags switch
    {
        0 => "0",
        1 => "SCHED_FLAG_RESET_ON_FORK",
        _ => "0x" + Flags.ToString("x", CultureInfo.InvariantCulture),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            // struct sched_attr, 48 bytes: size, policy, flags, nice, priority, runtime, deadline, period.
            byte[] attr =
            [
                .. TapeArg.Ints(48, Policy), .. TapeArg.Longs(Flags), .. TapeArg.Ints((uint)Nice, Priority),
                .. TapeArg.Longs(Deadline.Runtime, Deadline.Deadline, Deadline.Period),
            ];
            var text = $"{{size=48, sched_policy={Name}, sched_flags={FlagsText}, sched_nice={Nice}, "
                + $"sched_priority={Priority}, sched_runtime={Deadline.Runtime}, sched_deadline={Deadline.Deadline}, "
                + $"sched_period={Deadline.Period}}}";
            return [new TapeCall("sched_setattr", 0, new TapeArg.Block(attr, text), 0)];
        }
    }

    /// <inheritdoc/>
    public override string Man => "sched_setattr(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var reset = (Flags & 1) != 0 ? " --reset-on-fork" : "";
            var deadline = Deadline.Period == 0 ? ""
                : $" --sched-runtime {Deadline.Runtime} --sched-deadline {Deadline.Deadline}"
                    + $" --sched-period {Deadline.Period}";
            var chrt = $"chrt --{Name[6..].ToLowerInvariant()}{reset}{deadline} --pid {Priority} $$";
            return Nice == 0 ? [chrt] : [chrt, $"renice -n {Nice} -p $$ > /dev/null"];
        }
    }
}

/// <summary>Sets the priority of input and output.</summary>
/// <param name="Class">1 real-time, 2 best effort, 3 idle.</param>
/// <param name="Level">0, the highest, to 7.</param>
public sealed record SetIoPriority(int Class, int Level) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set the I/O priority to class {Class}, level {Level}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [ioprio_set(Class, Level)];

    /// <inheritdoc/>
    public override string Man => "ioprio_set(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"ionice -c {Class} -n {Level} -p $$"];
}

/// <summary>Stays on some processors.</summary>
/// <param name="List">The processors, as people write them: "0-3,7".</param>
/// <param name="Mask">The same, bit n for processor n, in whole longs.</param>
public sealed record SetAffinity(string List, byte[] Mask) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"stay on the processors {List}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [sched_setaffinity(Mask, $"[{List}]")];

    /// <inheritdoc/>
    public override string Man => "sched_setaffinity(2)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"{ShellWord.Line("taskset", "-pc", List)} $$ > /dev/null"];
}

/// <summary>Runs on every processor that its cgroup allows.</summary>
public sealed record ResetAffinity : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "run on all processors";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            // As many as a kernel can be built for: it passes over those that are not there, and those that the cpuset
            // forbids.
            var all = new byte[1024];
            Array.Fill(all, byte.MaxValue);
            return [sched_setaffinity(all, "~0")];
        }
    }

    /// <inheritdoc/>
    public override string Man => "sched_setaffinity(2)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["taskset -pc \"0-$(($(nproc --all) - 1))\" $$ > /dev/null"];
}

/// <summary>Says on which nodes memory is to be taken.</summary>
/// <param name="Name">MPOL_BIND and the like, with flags.</param>
/// <param name="Mode">Its number, MPOL_F_* flags included.</param>
/// <param name="Nodes">The nodes, as people write them; null for none.</param>
/// <param name="Mask">The same, bit n for node n, in whole longs; empty for none.</param>
public sealed record SetMemoryPolicy(string Name, uint Mode, string? Nodes, byte[] Mask) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"take memory by {Name}{(Nodes is null ? "" : $" of the nodes {Nodes}")}";

    // The kernel reads one bit less than it is told (get_nodes() in mm/mempolicy.c), and always has.

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [Mask.Length == 0
        ? new TapeCall("set_mempolicy", TapeArg.Named(Mode, Name), TapeArg.Null, 0)
        : new TapeCall("set_mempolicy", TapeArg.Named(Mode, Name), new TapeArg.Block(Mask, Bits),
            (Mask.Length * 8) + 1)];

    private static string Bits(byte[] mask) =>
        $"[{string.Join(", ", mask.Chunk(8).Select(word => $"0x{BitConverter.ToUInt64(word):x}"))}]";

    /// <inheritdoc/>
    public override string Man => "set_mempolicy(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # not by hand: numactl would execute another program"];
}
