// What verbs that show containers say of a journal that minic cannot read as a whole (Plans/UnreadStep.cs).

using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>Warns of journals.</summary>
internal static class UnreadJournal
{
    /// <summary>Says, on standard error, what could not be undone.</summary>
    /// <param name="what">Whose journal it is: "container box".</param>
    /// <param name="name">The name that <c>minic plan</c> takes.</param>
    /// <param name="unread">What cannot be read; nothing is said of nothing.</param>
    public static void Warn(string what, string name, IEnumerable<UnreadStep> unread)
    {
        foreach (var step in unread)
            Warnings.Sink($"{what}: minic cannot {step.Refusal.Message} (minic plan {name})");
    }
}
