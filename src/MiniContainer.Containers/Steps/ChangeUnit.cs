// What is asked of systemd about a unit that is there (lab 08-cgroups; org.freedesktop.systemd1(5)). None of this is
// undone: it goes away with the unit, whose step stands in the same journal.

using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Tells systemd of other limits, so that it does not set back what update writes.</summary>
/// <param name="Unit">The unit's name.</param>
/// <param name="User">Whether the user's own systemd has it.</param>
/// <param name="Properties">The limits.</param>
/// <param name="Before">What they are until then, if the update has to be taken back.</param>
public sealed record SetUnitProperties(string Unit, bool User, IReadOnlyList<UnitProperty> Properties,
    IReadOnlyList<UnitProperty> Before) : Step
{
    /// <inheritdoc/>
    public override string Title => $"tell systemd the limits of {Unit}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"SetUnitProperties({TapeArg.Quote(Unit)}, true, [...])",
        .. Properties.Select(p => $"  {p.Name} = {string.Join(' ', p.Words)}"),
    ];

    /// <inheritdoc/>
    public override string Man => "org.freedesktop.systemd1(5)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"{StartUnit.BusCall(User)} SetUnitProperties 'sba(sv)' {ShellWord.Quote(Unit)} true {Properties.Count} "
            + $"{StartUnit.ByBusctl(Properties)}",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var systemd = SystemdManager.Connect(User, Title);
        systemd.SetUnitProperties(Unit, Properties);
        return null;
    }
}

/// <summary>
/// Has the user's systemd move a further process into a unit: the user may not, from a cgroup that is not theirs.
/// </summary>
/// <param name="Child">The process's name in the plan.</param>
/// <param name="Unit">The unit's name.</param>
/// <param name="Below">Where below the unit's cgroup: "/" for the cgroup itself.</param>
public sealed record AttachToUnit(string Child, string Unit, string Below) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"have systemd move {Child} into {Unit}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"AttachProcessesToUnit({TapeArg.Quote(Unit)}, {TapeArg.Quote(Below)}, [PID])"];

    /// <inheritdoc/>
    public override string Man => "org.freedesktop.systemd1(5)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"{StartUnit.BusCall(user: true)} AttachProcessesToUnit ssau {ShellWord.Quote(Unit)} {ShellWord.Quote(Below)} "
            + "1 \"$CHILD\"",
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var systemd = SystemdManager.Connect(user: true, Title);
        systemd.AttachProcess(Unit, Below, playing.Children[Child].Pid);
        return null;
    }
}
