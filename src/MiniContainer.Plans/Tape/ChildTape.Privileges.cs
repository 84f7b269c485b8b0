// What a child may do, and how much: limits, processors, ids, capabilities, no_new_privs, seccomp. The order matters,
// and the planners say why (labs 08-cgroups, 10-privileges).

using MiniContainer.Plans.ChildSteps;
using static MiniContainer.Kernel.Abi;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{

    /// <inheritdoc cref="ChildSteps.SetLimit" path="/summary"/>
    /// <param name="name">RLIMIT_NOFILE and the like.</param>
    /// <param name="resource">Its number.</param>
    /// <param name="soft">The limit that holds.</param>
    /// <param name="hard">How far it may be raised.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetLimit(string name, int resource, ulong soft, ulong hard, string why) =>
        Add(new SetLimit(name, resource, soft, hard) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetScheduler" path="/summary"/>
    /// <param name="name">SCHED_OTHER and the like.</param>
    /// <param name="policy">Its number.</param>
    /// <param name="flags">SCHED_FLAG_* bits.</param>
    /// <param name="nice">Nice value, for the policies that have one.</param>
    /// <param name="priority">Static priority, for the real-time ones.</param>
    /// <param name="deadline">Runtime, deadline and period in nanoseconds, for SCHED_DEADLINE.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetScheduler(string name, uint policy, ulong flags, int nice, uint priority,
        (ulong Runtime, ulong Deadline, ulong Period) deadline, string why) =>
        Add(new SetScheduler(name, policy, flags, nice, priority, deadline) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetIoPriority" path="/summary"/>
    public void SetIoPriority(int ioClass, int level, string why) =>
        Add(new SetIoPriority(ioClass, level) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetAffinity" path="/summary"/>
    /// <param name="list">The processors, as people write them: "0-3,7".</param>
    /// <param name="mask">The same, bit n for processor n, in whole longs.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetAffinity(string list, byte[] mask, string why) => Add(new SetAffinity(list, mask) { Why = why });

    /// <inheritdoc cref="ChildSteps.ResetAffinity" path="/summary"/>
    public void ResetAffinity(string why) => Add(new ResetAffinity { Why = why });

    /// <inheritdoc cref="ChildSteps.SetMemoryPolicy" path="/summary"/>
    /// <param name="name">MPOL_BIND and the like, with flags.</param>
    /// <param name="mode">Its number, MPOL_F_* flags included.</param>
    /// <param name="nodes">The nodes, as people write them; null for none.</param>
    /// <param name="mask">The same, bit n for node n, in whole longs; empty for none.</param>
    /// <param name="why">Why, and why here.</param>
    public void SetMemoryPolicy(string name, uint mode, string? nodes, byte[] mask, string why) =>
        Add(new SetMemoryPolicy(name, mode, nodes, mask) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetSecureBits" path="/summary"/>
    public void SetSecureBits(uint bits, string why) => Add(new SetSecureBits(bits) { Why = why });

    /// <inheritdoc cref="ChildSteps.KeepCapabilities" path="/summary"/>
    public void KeepCapabilities(string why) => Add(new KeepCapabilities { Why = why });

    /// <inheritdoc cref="ChildSteps.DropBounding" path="/summary"/>
    public void DropBounding(IReadOnlyList<int> capabilities, string why) =>
        Add(new DropBounding(capabilities) { Why = why });

    /// <inheritdoc cref="ChildSteps.BecomeUser" path="/summary"/>
    /// <param name="uid">User id.</param>
    /// <param name="gid">Group id.</param>
    /// <param name="groups">Supplementary groups.</param>
    /// <param name="setGroups">False where the user namespace denies setgroups(2).</param>
    /// <param name="why">Why, and why here.</param>
    public void BecomeUser(uint uid, uint gid, IReadOnlyList<uint> groups, bool? setGroups, string why) =>
        Add(new BecomeUser(uid, gid, groups, setGroups) { Why = why });

    /// <inheritdoc cref="ChildSteps.BecomeRoot" path="/summary"/>
    /// <param name="setGroups">Whether setgroups(2) is allowed there; null to try it.</param>
    /// <param name="why">Why, and why here.</param>
    public void BecomeRoot(bool? setGroups, string why) => Add(new BecomeRoot(setGroups) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetCapabilities" path="/summary"/>
    public void SetCapabilities(ulong effective, ulong permitted, ulong inheritable, string why) =>
        Add(new SetCapabilities(effective, permitted, inheritable) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetAmbient" path="/summary"/>
    public void SetAmbient(IReadOnlyList<int> capabilities, string why) =>
        Add(new SetAmbient(capabilities) { Why = why });

    /// <inheritdoc cref="ChildSteps.NoNewPrivileges" path="/summary"/>
    public void NoNewPrivileges(string why) => Add(new NoNewPrivileges { Why = why });

    /// <inheritdoc cref="FilterCalls" path="/summary"/>
    /// <param name="program">The filter: struct sock_filter, eight bytes each.</param>
    /// <param name="flags">SECCOMP_FILTER_FLAG_* bits.</param>
    /// <param name="why">Why, and why here.</param>
    /// <returns>
    /// The descriptor of the listener, for <see cref="CloseListener"/>; null for a filter that does not notify.
    /// </returns>
    public int? Seccomp(byte[] program, long flags, string why)
    {
        Add(new FilterCalls(program, flags) { Why = why });
        return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? Allocate("listener") : null;
    }

    /// <inheritdoc cref="ChildSteps.CloseListener" path="/summary"/>
    public void CloseListener(int listener, string why)
    {
        Add(new CloseListener(listener) { Why = why });
        Free(listener);
    }
}
