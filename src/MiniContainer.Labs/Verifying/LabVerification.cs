// Proves a lab: that its checks tell a solution from none, and from what nearly is one; that its transcripts are true.
//
//     for each way:           check fails -> solution is played -> check passes, step by step in one world
//     for each wrong answer:  the steps before it are solved -> it is played -> the check refuses it, with the words it
//                             names
//     for the lesson:         every console block prints what it shows (LessonVerification.cs)

using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;

namespace MiniContainer.Labs.Verifying;

/// <summary>Verifies a lab.</summary>
/// <param name="course">The course that it is part of.</param>
/// <param name="lab">The lab.</param>
internal sealed class LabVerification(Catalogue course, Lab lab)
{
    private readonly Workplace _workplace = Workplace.Fresh(course, lab);
    private readonly Findings _found = new();

    /// <summary>Does all of it.</summary>
    /// <exception cref="MinicException">
    /// A world could not be built, or another process verifies this lab just now.
    /// </exception>
    public Findings Run()
    {
        if (Abilities.Lacking(lab.Needs) is { } reason)
        {
            _found.Skipped.Add($"the lab: {reason}");
            return _found;
        }

        Directory.CreateDirectory(_workplace.Directory);
        using var handle = Directories.Open(_workplace.Directory)!;
        if (!Directories.Lock(handle, wait: false))
            throw new MinicException($"verify {lab.Name}", $"another lab verify works in {_workplace.Directory}",
                "Wait for it.");
        try
        {
            if (lab.Ways.Count == 0)
                _found.Failures.Add($"{Relative(lab.Path)}/solution: there is none");
            foreach (var way in lab.Ways)
                ProveWay(way);
            foreach (var wrong in WrongAnswer.Of(course, lab))
                Refuse(wrong);
            new LessonVerification(course, _workplace, _found).Run();
        }
        finally
        {
            Cleanup.Remove(_workplace.Directory);
        }

        return _found;
    }

    private void ProveWay(string way)
    {
        using var attempt = new Attempt(_workplace);
        foreach (var step in lab.Steps)
        {
            if (Abilities.Lacking(step.Needs) is { } reason)
                _found.Skipped.Add($"step {step.Id} ({way}): {reason}");
            else if (Prove(attempt, way, step) is { } failure)
            {
                // The steps that follow begin where this one ends.
                _found.Failures.Add(failure);
                return;
            }
            else
                _found.Checks++;
        }
    }

    private string? Prove(Attempt attempt, string way, LabStep step)
    {
        var (check, solution) = ($"{Relative(lab.Path)}/lab.yaml:{step.CheckLine}", lab.Solution(way, step.Id));
        if (!File.Exists(solution))
            return $"{Relative(solution)}: there is no such solution";
        var before = attempt.Check(step);
        if (before.Passed)
            return $"{check}: the check of {step.Id} passes before anything was done ({way})";
        if (before.Defect is { } defect)
            return $"{defect}\n(before anything was done; {way})";
        var played = attempt.Play(solution);
        if (played.Code != 0)
            return $"{Relative(solution)}: ended with exit code {played.Code}\n{played.All}";
        var after = attempt.Check(step);
        return after.Passed ? null
            : $"{check}: the check of {step.Id} does not pass after {Relative(solution)}\n"
                + $"{after.Defect ?? "observed: " + after.Observation}\nthe solution said:\n{played.All}";
    }

    private void Refuse(WrongAnswer wrong)
    {
        if (wrong.Problem is { } problem)
        {
            _found.Failures.Add($"{Relative(wrong.File)}: {problem}");
            return;
        }

        var steps = lab.Steps.TakeWhile(s => s.Id != wrong.Step!.Id).Append(wrong.Step!).ToList();
        if (Abilities.Lacking(steps.SelectMany(s => s.Needs)) is { } reason)
        {
            _found.Skipped.Add($"{Path.GetFileName(wrong.File)}: {reason}");
            return;
        }

        using var attempt = new Attempt(_workplace);
        foreach (var step in steps.SkipLast(1))
            _ = attempt.Play(lab.Solution(wrong.After, step.Id));
        var played = attempt.Play(wrong.File);
        var result = attempt.Check(wrong.Step!);
        var observed = string.Join(' ', result.Observation.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (wrong.Expects.Select(e => Inputs.Fill(e, attempt.Inputs))
            .FirstOrDefault(e => !observed.Contains(e, StringComparison.OrdinalIgnoreCase)) is not { } missing)
            _found.Wrong++;
        else
            _found.Failures.Add((
                $"{Relative(wrong.File)}: "
                + (result.Passed ? "the check passes it\n" : "it is refused with other words\n")
                + $"expected: {missing}\nobserved: {result.Defect ?? result.Observation}\nit said:\n{played.All}")
                .TrimEnd());
    }

    private string Relative(string path) => Path.GetRelativePath(course.Root, path);
}
