// What stands in a journal and this minic cannot read: a step of a kind that it does not know, or with members more or
// fewer than it would write (an older or a newer minic wrote it), or a line that is damaged. It is kept as it is. To
// undo it is refused, by name: so `delete` and `gc` claim nothing, and the journal stays with what it says.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>A line of a journal that cannot be read.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Kind">The kind of step that it names, "make-vxlan"; null where not even that can be read.</param>
/// <param name="Reason">Why it cannot be read.</param>
/// <param name="Text">The line.</param>
public sealed record UnreadStep(int Line, string? Kind, string Reason, string Text) : Step
{
    // Of a line in a message; minic plan shows all of it.
    private const int MaxShown = 200;

    /// <inheritdoc/>
    public override string Title =>
        Kind is null
        ? $"line {Line}, which cannot be read" : $"the step \"{Kind}\" of line {Line}, which cannot be read";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"{Reason}: {Shown}"];

    /// <inheritdoc/>
    public override string Man => "";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
    [
        $"echo {ShellWord.Quote($"cannot undo {Title}: {Reason}: {Shown}")} >&2",
        "LEFT=1",
    ];

    /// <summary>It stands in a journal only, never in a plan.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override StepResult? Do(PlayContext playing) =>
        throw new InvalidOperationException("a step that cannot be read is not played");

    /// <summary>Refuses.</summary>
    /// <exception cref="MinicException">Always: what the line says may be there still.</exception>
    public override void Undo(StepResult? facts) => throw Refusal;

    /// <summary>Why it is not undone, by name.</summary>
    public MinicException Refusal =>
        new($"undo {Title}", $"{Reason}: {(Shown.Length > MaxShown ? Shown[..MaxShown] + " ..." : Shown)}");

    // Damage may be any bytes; a terminal must not take them for commands.
    private string Shown => string.Create(Text.Length, Text, (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = char.IsControl(text[i]) ? '?' : text[i];
    });
}
