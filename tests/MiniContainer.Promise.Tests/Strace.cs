// What the kernel was really asked: the output of strace(1), by process, and by the steps of the play as its journal
// has them.

using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniContainer.Promise.Tests;

/// <summary>A system call that was made.</summary>
/// <param name="Thread">Who made it: a thread's number.</param>
/// <param name="Text">The call: "mkdir(\"/x\", 0755)".</param>
/// <param name="Result">What it returned: "0", "-1 EEXIST (File exists)".</param>
internal sealed record TracedCall(int Thread, string Text, string Result)
{
    public string Name => Text[..Text.IndexOf('(', StringComparison.Ordinal)];

    public bool Failed => Result.StartsWith("-1", StringComparison.Ordinal);
}

/// <summary>A trace.</summary>
internal sealed partial class Strace
{
    private Strace(IReadOnlyList<TracedCall> calls) => Calls = calls;

    /// <summary>All calls, in the order in which they returned.</summary>
    public IReadOnlyList<TracedCall> Calls { get; }

    /// <summary>Reads what <c>strace -f -o FILE</c> has written.</summary>
    public static Strace Read(string file)
    {
        var calls = new List<TracedCall>();
        var begun = new Dictionary<int, string>();
        foreach (var line in File.ReadLines(file))
        {
            if (Line().Match(line) is not { Success: true } match)
                continue;
            var (thread, text) =
                (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value);
            const string Unfinished = " <unfinished ...>";
            if (text.EndsWith(Unfinished, StringComparison.Ordinal))
            {
                begun[thread] = text[..^Unfinished.Length];
                continue;
            }

            if (Resumed().Match(text) is { Success: true } resumed && begun.Remove(thread, out var first))
                text = first + resumed.Groups[1].Value;
            if (Call().Match(text) is { Success: true } call)
                calls.Add(new TracedCall(thread, call.Groups[1].Value, call.Groups[2].Value));
        }

        return new Strace(calls);
    }

    /// <summary>Whether a call makes a process, and not a thread.</summary>
    public static bool MakesProcess(TracedCall call) =>
        call is { Name: "clone3", Failed: false } && !call.Text.Contains("CLONE_THREAD", StringComparison.Ordinal);

    /// <summary>The pid of what a call has made.</summary>
    public static int ChildOf(TracedCall clone) => int.Parse(clone.Result.Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>The calls of a child that plays a tape, after those that arrange its descriptors.</summary>
    /// <remarks>The second stage begins as any program does: here it maps what it needs, the tape.</remarks>
    public IReadOnlyList<TracedCall> CallsOf(int child) =>
        [.. Calls.Where(c => c.Thread == child).SkipWhile(c => c.Name == "dup3").Skip(1).Where(c => c.Name != "mmap")];

    /// <summary>
    /// The calls of each step of the runtime's own, from its line of the journal to the one that says that it is done.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<TracedCall>> Steps()
    {
        var steps = new List<IReadOnlyList<TracedCall>>();
        List<TracedCall>? step = null;
        // Who plays, and processes that a step makes for itself: a hook.
        var players = new HashSet<int>();
        foreach (var call in Calls)
        {
            var journal = call.Name == "pwrite64" ? JournalLine().Match(call.Text) : Match.Empty;
            if (journal.Success && journal.Groups[1].Value == "begin")
            {
                step = [];
                players = [call.Thread];
            }
            else if (journal.Success && step is not null)
            {
                steps.Add(step);
                step = null;
            }
            else if (players.Contains(call.Thread))
            {
                step?.Add(call);
                if (call is { Name: "clone3", Failed: false })
                    players.Add(ChildOf(call));
            }
        }

        return steps;
    }

    [GeneratedRegex(@"^(\d+) +(.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^(\w+\(.*\)) += (.*)$")]
    private static partial Regex Call();

    [GeneratedRegex("""\{\\"n\\":\d+,\\"(begin|done)\\":""")]
    private static partial Regex JournalLine();
}
