// Namespaces that a child joins or leaves, its names, and its session (labs 02-uts, 08-cgroups, 11-exec).

using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const string WhyOffsets = "Offsets can be set only while nobody is in the time namespace.";

    /// <inheritdoc cref="ChildSteps.JoinNamespaces" path="/summary"/>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="flags">CLONE_NEW* of what to join.</param>
    /// <param name="path">What a shell would name in its place: "/proc/$PID/ns/net".</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="born">Whether the child was born into the pid namespace; else <see cref="Fork"/> follows.</param>
    public void JoinNamespaces(string descriptor, ulong flags, string path, string why, bool born = true) =>
        Add(new JoinNamespaces(Descriptor(descriptor), descriptor, flags, path, born) { Why = why });

    /// <inheritdoc cref="MakeAnew" path="/summary"/>
    public void Fork(string why) => Add(new MakeAnew { Why = why });

    /// <inheritdoc cref="ChildSteps.Unshare" path="/summary"/>
    public void Unshare(ulong flags, string why) => Add(new Unshare(flags) { Why = why });

    /// <inheritdoc cref="ChildSteps.UnshareTime" path="/summary"/>
    /// <param name="offsets">How far its clocks are shifted.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="file">What <see cref="OpenTimeOffsets"/> opened; null to open it here.</param>
    public void UnshareTime(IReadOnlyList<ClockOffset> offsets, string why, int? file = null)
    {
        Add(new UnshareTime(offsets) { Why = why });
        if (file is { } open)
        {
            Add(new ShiftClocks(open, offsets) { Why = WhyOffsets });
            Free(open);
            return;
        }

        foreach (var offset in offsets)
        {
            var but = offset.Nanoseconds == 0 ? "" : ", but for the nanoseconds";
            WriteKnob(ChildSteps.OpenTimeOffsets.Path, offset.ToString(), $"shift the {offset.Clock} clock", WhyOffsets,
                "time_namespaces(7)", "12-oci", $": # unshare did it{but}");
        }
    }

    /// <inheritdoc cref="ChildSteps.OpenTimeOffsets" path="/summary"/>
    /// <returns>Its descriptor, for <see cref="UnshareTime"/>.</returns>
    public int OpenTimeOffsets(string why)
    {
        Add(new OpenTimeOffsets { Why = why });
        return Allocate("time offsets");
    }

    /// <inheritdoc cref="ChildSteps.RaiseLoopback" path="/summary"/>
    public void RaiseLoopback(string why) => Add(new RaiseLoopback(Passing("socket")) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetHostname" path="/summary"/>
    public void SetHostname(string name, string why) => Add(new SetHostname(name) { Why = why });

    /// <inheritdoc cref="ChildSteps.SetDomainname" path="/summary"/>
    public void SetDomainname(string name, string why) => Add(new SetDomainname(name) { Why = why });

    /// <inheritdoc cref="BeginSession" path="/summary"/>
    public void Setsid(string why) => Add(new BeginSession { Why = why });

    /// <inheritdoc cref="ChildSteps.JoinKeyring" path="/summary"/>
    public void JoinKeyring(string name, string why) => Add(new JoinKeyring(name) { Why = why });
}
