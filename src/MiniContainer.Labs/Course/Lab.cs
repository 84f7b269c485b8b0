// A lab as its folder describes it: what lab.yaml says, and where the rest lies. Read by LabReader.cs.
//
//     labs/04-pid/
//       README.md            the lesson
//       lab.yaml             title, sources, steps: instruction, check, hints
//       container.cs         in part I: the finished stage
//       solution/WAY/STEP.sh what makes every check pass, for each way (csharp, shell)

using System.Globalization;

namespace MiniContainer.Labs.Course;

/// <summary>A lab.</summary>
/// <param name="Path">Its folder.</param>
internal sealed record Lab(string Path)
{
    /// <summary>Its folder's name: "04-pid".</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Its number: 4.</summary>
    public int Number => int.Parse(Name.AsSpan(0, 2), CultureInfo.InvariantCulture);

    /// <summary>What it is called.</summary>
    public required string Title { get; init; }

    /// <summary>The one idea, in a line.</summary>
    public required string Idea { get; init; }

    /// <summary>Entries of the reading list, or their beginnings.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>How long it takes.</summary>
    public required int Minutes { get; init; }

    /// <summary>What the machine must be able to do (Abilities.cs).</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    /// <summary>What the learner is given.</summary>
    public required IReadOnlyList<LabFile> Files { get; init; }

    /// <summary>Names and kinds of what is drawn anew for each learner (Inputs.cs).</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>The values of the inputs in the lesson's transcripts.</summary>
    public required IReadOnlyDictionary<string, string> Transcript { get; init; }

    /// <summary>Regular expressions: what matches one in a transcript may be any other text that does.</summary>
    public required IReadOnlyList<string> Patterns { get; init; }

    /// <summary>The steps, in order.</summary>
    public required IReadOnlyList<LabStep> Steps { get; init; }

    /// <summary>The lesson.</summary>
    public string LessonPath => System.IO.Path.Combine(Path, "README.md");

    /// <summary>What makes a step's check pass, one way.</summary>
    public string Solution(string way, string step) => System.IO.Path.Combine(Path, "solution", way, step + ".sh");

    /// <summary>The ways that there are.</summary>
    public IReadOnlyList<string> Ways
    {
        get
        {
            var solutions = System.IO.Path.Combine(Path, "solution");
            return Directory.Exists(solutions)
                ? [.. Directory.EnumerateDirectories(solutions).Select(d => System.IO.Path.GetFileName(d)!)
                    .Order(StringComparer.Ordinal)] : [];
        }
    }
}

/// <summary>A file that the learner is given.</summary>
/// <param name="Path">Where, below the learner's directory.</param>
/// <param name="From">From where, below the lab's folder.</param>
internal sealed record LabFile(string Path, string From);

/// <summary>A step of a lab.</summary>
/// <param name="Id">What its solution's file is called, and what progress remembers.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Instruction">What to do, in Markdown; $NAME stands for an input.</param>
/// <param name="Check">The bash script that looks at the world.</param>
/// <param name="CheckLine">The line of lab.yaml that it begins on.</param>
/// <param name="Hints">From vague to concrete.</param>
/// <param name="Needs">What the machine must be able to do for this step.</param>
internal sealed record LabStep(string Id, string Title, string Instruction, string Check, int CheckLine,
    IReadOnlyList<string> Hints, IReadOnlyList<string> Needs);
