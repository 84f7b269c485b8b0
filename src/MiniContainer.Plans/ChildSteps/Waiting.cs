// Where a child and minic wait for each other (lab 03-threads; pipe(7), read(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Waits until a byte arrives on a descriptor; if its other end has gone, the tape ends.</summary>
/// <param name="Descriptor">The descriptor.</param>
/// <param name="Name">Its name: "go", or "fifo:" and a path.</param>
public sealed record Await(int Descriptor, string Name) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"wait for {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [read(Descriptor)];

    /// <inheritdoc/>
    public override bool Waits => true;

    /// <inheritdoc/>
    public override string Man => "pipe(7)";

    /// <inheritdoc/>
    public override string Lab => "03-threads";

    /// <inheritdoc/>
    public override Subject Subject => Subject.Meeting;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"read -r _ <&{(Name.StartsWith("fifo:", StringComparison.Ordinal) ? 6 : 3)} || exit 125"];
}

/// <summary>Tells the parent that the tape has come so far.</summary>
/// <param name="Descriptor">The descriptor on which it tells.</param>
public sealed record Report(int Descriptor) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "report to minic";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [write(Descriptor, "r")];

    /// <inheritdoc/>
    public override string Man => "pipe(7)";

    /// <inheritdoc/>
    public override string Lab => "03-threads";

    /// <inheritdoc/>
    public override Subject Subject => Subject.Meeting;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["echo ready >&4"];
}
