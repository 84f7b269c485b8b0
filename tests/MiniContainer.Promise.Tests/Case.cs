// What can go wrong in a play, one thing at a time: all of it, for a list of steps that minic itself wrote down.

using System.Globalization;

namespace MiniContainer.Promise.Tests;

/// <summary>A step of a play, as <c>MINIC_FAULT=list:FILE</c> tells it.</summary>
internal sealed record ListedStep(int Number, string Actor, string Kind, string Title, IReadOnlyList<string> Calls)
{
    public bool IsChild => Actor != "minic";

    public static IReadOnlyList<ListedStep> Read(string file) =>
        [.. File.ReadAllLines(file).Select(l => l.Split('\t'))
            .Where(p => p.Length >= 4 && int.TryParse(p[0], CultureInfo.InvariantCulture, out _))
            .Select(p => new ListedStep(int.Parse(p[0], CultureInfo.InvariantCulture), p[1], p[2], p[3], p[4..]))];

    /// <summary>
    /// How many undos one process played, 0 for none, and whether a shared thing was among what it undid.
    /// </summary>
    public static (int Count, bool Shared) ReadUndos(string file)
    {
        var lines = File.ReadAllLines(file);
        var numbers = lines.Select(l => l.Split('\t')).Where(p => p[0] == "undo")
            .Select(p => int.Parse(p[1], CultureInfo.InvariantCulture));
        return (numbers.DefaultIfEmpty().Max(), lines.Contains("shared"));
    }
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Fault">The value of MINIC_FAULT.</param>
/// <param name="Step">Where.</param>
/// <param name="Call">The call that fails; null for a kill.</param>
internal sealed record Case(string Fault, ListedStep Step, string? Call)
{
    public bool Kills => Call is null;

    public override string ToString() => $"{Fault} ({Step.Title})";

    /// <summary>The exit code that a failure is to have.</summary>
    public int ExitCode { get; init; } = 125;

    /// <summary>Whether the call, on a created container's tape, is the wait for start or behind it.</summary>
    public bool Later { get; init; }

    /// <summary>All that can go wrong at any step.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="exists">Whether the root file system has a program: the search for a command ends there.</param>
    /// <param name="claims">Whether a name is claimed before the first step.</param>
    public static IEnumerable<Case> Of(IReadOnlyList<ListedStep> steps, Func<string, bool> exists, bool claims)
    {
        var later = false;
        foreach (var step in steps)
        {
            if (!step.IsChild)
            {
                var call = step.Calls.Count > 0 ? step.Calls[0] : step.Title;
                yield return new Case($"fail:{step.Number}:EIO", step, call);
                yield return new Case($"fail-late:{step.Number}:EIO", step, call);
                yield return new Case($"kill:before:{step.Number}", step, null);
                yield return new Case($"kill:between:{step.Number}", step, null);
                yield return new Case($"kill:after:{step.Number}", step, null);
                continue;
            }

            // The wait for start comes behind the report: create may have returned before it fails, and then start
            // tells.
            later |= step.Title.Contains("start", StringComparison.Ordinal)
                && step.Calls[^1].StartsWith("read(", StringComparison.Ordinal);
            for (var i = 0; i < step.Calls.Count; i++)
            {
                var found = step.Calls[i].StartsWith("execveat(", StringComparison.Ordinal)
                    || step.Calls[i].StartsWith("execve(", StringComparison.Ordinal)
                    && exists(step.Calls[i].Split('"')[1]);
                var code = !step.Calls[i].StartsWith("execve", StringComparison.Ordinal) ? 125 : found ? 126 : 127;
                yield return new Case($"fail:{step.Number}.{i + 1}", step, step.Calls[i])
                {
                    Later = later,
                    ExitCode = code,
                };
                // Once create has returned there is no player to kill.
                if (!later)
                    yield return new Case($"kill:before:{step.Number}.{i + 1}", step, null);
                if (found)
                    break;
                // From the child's report on, create returns: whether the kill or the end comes first, nobody can say.
                if (later || step.Title == "report to minic")
                    continue;
                if (!step.Calls[i].StartsWith("execve", StringComparison.Ordinal))
                    yield return new Case($"kill:after:{step.Number}.{i + 1}", step, null);
            }
        }

        if (!claims)
            yield break;
        yield return new Case("kill:before:0", steps[0], null);
        yield return new Case("kill:between:0", steps[0], null);
    }
}
