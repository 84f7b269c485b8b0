// What an update of limits does besides writing knobs (lab 08-cgroups, cgroups(7)). The knobs themselves are SetFile.
// None of this is undone: it goes away with the cgroups, whose steps stand in the same journal.

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Hands controllers of version 2 on to a cgroup that is there.</summary>
/// <param name="Path">The cgroup.</param>
/// <param name="Under">The cgroup above, which is not ours.</param>
/// <param name="Controllers">"cpuset" and the like.</param>
public sealed record DelegateControllers(string Path, string Under, IReadOnlyList<string> Controllers) : Step
{
    /// <inheritdoc/>
    public override string Title => $"hand {string.Join(" and ", Controllers)} on to {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [.. Above().Select(d => $"write({TapeArg.Quote($"{d}/cgroup.subtree_control")}, {TapeArg.Quote(Order)})")];

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [.. Above().Select(d => $"echo {ShellWord.Quote(Order)} > {ShellWord.Quote($"{d}/cgroup.subtree_control")}")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [.. Above().Select(d => $"{d}/cgroup.subtree_control")];

    private string Order => string.Join(" ", Controllers.Select(c => "+" + c));

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Cgroups.EnableControllers(Under, Path, Controllers);
        return null;
    }

    // From the one that is not ours down to the one just above it.
    private IEnumerable<string> Above()
    {
        var current = Under;
        foreach (var name in Path[Under.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return current;
            current = $"{current}/{name}";
        }
    }
}

/// <summary>
/// Keeps the limits as they are now in the journal, for the update that comes next and says a part of them.
/// </summary>
/// <param name="Resources">The member linux.resources of a config.json, as JSON.</param>
public sealed record KeepLimits(string Resources) : Step
{
    /// <inheritdoc/>
    public override string Title => "note the limits as they are now";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [];

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # nothing: minic's next update builds on them"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing) => null;
}
