// What `lab verify` has found in one lab: how much holds, and each thing that does not, with its file and line.

namespace MiniContainer.Labs.Verifying;

/// <summary>Counts and failures.</summary>
internal sealed class Findings
{
    /// <summary>Checks that fail before the solution and pass after it, once for each way.</summary>
    public int Checks { get; set; }

    /// <summary>Console blocks that show what is.</summary>
    public int Transcripts { get; set; }

    /// <summary>Those under "Break it".</summary>
    public int Breaks { get; set; }

    /// <summary>Wrong answers that are refused with the right words.</summary>
    public int Wrong { get; set; }

    /// <summary>What does not hold: "labs/04-pid/lab.yaml:57: …".</summary>
    public List<string> Failures { get; } = [];

    /// <summary>What this machine cannot do, and why.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>Adds those of another lab.</summary>
    public void Add(Findings other)
    {
        (Checks, Transcripts, Breaks, Wrong) = (Checks + other.Checks, Transcripts + other.Transcripts, Breaks
            + other.Breaks, Wrong + other.Wrong);
        Failures.AddRange(other.Failures);
        Skipped.AddRange(other.Skipped);
    }

    /// <summary>The counts in words.</summary>
    public string Counts =>
        $"{Many(Checks, "check")}, {Many(Transcripts, "transcript")}, {Many(Breaks, "break")}, "
        + $"{Many(Wrong, "wrong answer")} refused";

    /// <summary>A number with its noun.</summary>
    public static string Many(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
}
