// An answer that is nearly right, and must be refused. Its first lines say what the learner must be told:
//
//     tests/MiniContainer.Labs.Tests/Wrong/04-pid/pid-one--no-fork.sh
//         #!/bin/bash
//         # expects: part of what is observed
//         # after: shell            the way in which the steps before are solved; csharp where not given
//
// They lie with the tests: beside the lab a learner would find them, and take them for answers.

using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Verifying;

/// <summary>A wrong answer.</summary>
/// <param name="File">Its script.</param>
/// <param name="Step">The step that it answers; null if there is none of that name.</param>
/// <param name="Expects">What the check must say.</param>
/// <param name="After">How the steps before are solved.</param>
internal sealed record WrongAnswer(string File, LabStep? Step, IReadOnlyList<string> Expects, string After)
{
    /// <summary>Why it cannot be tried; null if it can.</summary>
    public string? Problem { get; private init; }

    /// <summary>Those of a lab.</summary>
    public static IReadOnlyList<WrongAnswer> Of(Catalogue course, Lab lab)
    {
        var directory = Path.Combine(course.Root, "tests/MiniContainer.Labs.Tests/Wrong", lab.Name);
        return Directory.Exists(directory)
            ? [.. Directory.EnumerateFiles(directory, "*.sh").Order(StringComparer.Ordinal)
                .Select(f => Read(lab, f))] : [];
    }

    private static WrongAnswer Read(Lab lab, string file)
    {
        var lines = System.IO.File.ReadAllLines(file);
        var step = lab.Steps.FirstOrDefault(s => s.Id == Path.GetFileName(file).Split("--")[0]);
        var expects = Values(lines, "# expects: ");
        var after = Values(lines, "# after: ") is [var given, ..] ? given : "csharp";
        return new WrongAnswer(file, step, expects, after)
        {
            Problem = step is null ? "its name does not begin with the id of a step, and --"
                : expects.Count == 0 ? "it has no line \"# expects: …\""
                : lab.Ways.Contains(after) ? null : $"there is no way {after}",
        };
    }

    private static List<string> Values(string[] lines, string key) =>
        [.. lines.TakeWhile(l => l.Length == 0 || l[0] == '#').Where(l => l.StartsWith(key, StringComparison.Ordinal))
            .Select(l => l[key.Length..].Trim())];
}
