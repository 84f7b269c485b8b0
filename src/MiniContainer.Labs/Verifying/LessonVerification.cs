// Runs the console blocks of a lesson, one session of bash in a fresh world, by cram(1). cram's shell is a script of
// ours that enters the world, and takes it down when the session ends: a process left in the background would hold
// cram's pipe open.

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Lessons;
using MiniContainer.Labs.Worlds;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Verifying;

/// <summary>Verifies the transcripts of a lesson.</summary>
/// <param name="course">The course.</param>
/// <param name="workplace">Where it happens.</param>
/// <param name="found">What is added to.</param>
internal sealed class LessonVerification(Catalogue course, Workplace workplace, Findings found)
{
    private const string BreakIt = "Break it";

    private Lab Lab => workplace.Lab;

    private string Name => Path.GetRelativePath(course.Root, Lab.LessonPath);

    private string Session => workplace.Directory + ".cram";

    /// <summary>Does it.</summary>
    public void Run()
    {
        if (!File.Exists(Lab.LessonPath))
        {
            found.Failures.Add($"{Name}: there is no lesson");
            return;
        }

        var blocks = Lesson.Load(Lab.LessonPath).Blocks.Where(b => b.Language == "console").ToList();
        var able = blocks.Where(CanRun).ToList();
        if (able.Count == 0)
            return;
        if (Abilities.Lacking(["program:cram3"]) is not null)
        {
            found.Failures.Add($"{Name}: cram3 is not installed: scripts/setup test");
            return;
        }

        try
        {
            Compare(able, [.. able.SelectMany(b => Transcript.Commands(Name, b))]);
        }
        catch (MinicException e)
        {
            found.Failures.Add(e.Message);
        }
        finally
        {
            Cleanup.Remove(Session);
        }
    }

    private bool CanRun(Block block)
    {
        if (Abilities.Lacking(block.Attribute("needs")?.Split(',') ?? []) is not { } reason)
            return true;
        found.Skipped.Add($"{Name}:{block.Line}: {reason}");
        return false;
    }

    private void Compare(List<Block> blocks, List<TranscriptCommand> commands)
    {
        var seen = Transcript.FromCram(commands, Play(Transcript.ToCram(commands)));
        var comparison = new Comparison(Lab.Patterns);
        var differences = commands.Zip(seen, (c, s) => (c.Block, Found: comparison.Differs(c, s)))
            .Where(d => d.Found is not null).ToList();
        found.Failures.AddRange(
            differences.Select(d =>
                $"{Name}:{d.Found!.Value.Line}: the transcript differs\n{d.Found.Value.Difference}"));
        var good = blocks.Except(differences.Select(d => d.Block)).ToList();
        found.Breaks += good.Count(b => b.Section == BreakIt);
        found.Transcripts += good.Count(b => b.Section != BreakIt);
    }

    private string Play(string text)
    {
        // Inputs of the transcripts are fixed; those without a value there are drawn.
        var inputs = Inputs.DrawAll(Lab)
            .ToDictionary(i => i.Key, i => Lab.Transcript.GetValueOrDefault(i.Key, i.Value));
        using var attempt = new Attempt(workplace, inputs);
        var finished = Path.Combine(Lab.Path, "container.cs");
        if (File.Exists(finished))
            Workplace.Put(finished, Path.Combine(workplace.Directory, "container.cs"));
        Directory.CreateDirectory(Session);
        var (test, shell) = (Path.Combine(Session, "lesson.t"), Path.Combine(Session, "shell"));
        File.WriteAllText(test, text);
        File.WriteAllText(shell, Shell());
        File.SetUnixFileMode(shell, (UnixFileMode)0x1c0 /* 0700 */);
        var start = new ProcessStartInfo("cram3", ["--preserve-env", "--shell=" + shell, test])
        {
            WorkingDirectory = Session,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in workplace.Environment_(inputs))
            start.Environment[name] = value;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var cram = Process.Start(start)!;
        var errors = cram.StandardError.ReadToEndAsync();
        var output = cram.StandardOutput.ReadToEnd();
        cram.WaitForExit();
        // Without it nothing was printed at all.
        if (cram.ExitCode is not (0 or 1))
            throw new MinicException("run cram", $"{Name}: {output}{errors.Result}");
        return File.Exists(test + ".err") ? File.ReadAllText(test + ".err") : text;
    }

    // cram reads what it prints as the session's output; cram's own directory for temporary files must not show
    // there.
    private string Shell()
    {
        var lab = string.Join(' ', LabProgram.Command.Select(ShellWord.Quote));
        return $"""
            #!/bin/bash
            unset TMPDIR TEMP TMP TESTDIR TESTFILE CRAMTMP TESTSHELL
            cd {ShellWord.Quote(workplace.Directory)} || exit
            {lab} world run --name {workplace.World.Name} -- timeout --signal=KILL {600 * Pace.Factor} bash "$@"
            code=$?
            {lab} world down --name {workplace.World.Name} >/dev/null 2>&1
            exit $code

            """;
    }
}
