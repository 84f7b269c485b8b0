// The console blocks of a page, as one session of bash in a minimal Debian (scripts/machine) in a lab world of its own:
// what scripts/install has put there is all that there is of minic, as it is for those who read the page. cram runs it,
// as it runs the lessons (LessonVerification.cs).

using System.Diagnostics;
using System.Runtime.CompilerServices;
using MiniContainer.Labs.Lessons;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Tests.Pages;

/// <summary>Runs a session of a page.</summary>
internal static class PageSession
{
    private const int Seconds = 300;

    private static readonly string Prelude = $$"""
        mkdir /root/try; useradd -m ann
        install -d -o ann -g ann -m 700 /run/user/$(id -u ann) # as a login makes it
        cat > /tmp/terminal.py <<'PYTHON'
        {{File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "terminal.py"))}}
        PYTHON
        at_a_terminal() { python3 /tmp/terminal.py "$1"; }
        as_ann() {
            local login="XDG_RUNTIME_DIR=/run/user/$(id -u ann) HOME=/home/ann"
            runuser -u ann -- env $login bash -c "$(declare -f at_a_terminal); cd; $1"
        }
        """;

    /// <summary>What differs between the page and what is printed, each with its line.</summary>
    public static IReadOnlyList<string> Differences(Page page, string session)
    {
        var commands = Commands(page, session);
        var seen = Transcript.FromCram(commands, Play(page, session, Transcript.ToCram(commands)));
        var comparison = new Comparison([]);
        var found = commands.Zip(seen, (command, lines) => Difference(comparison, command, lines));
        return [.. found.OfType<(int Line, string Text)>().Select(d => $"{page.Name}:{d.Line}: {d.Text}")];
    }

    // What is hidden says nothing, and ends well: cram would write an exit code.
    private static (int Line, string Text)? Difference(
        Comparison comparison, TranscriptCommand command, IReadOnlyList<string> seen)
    {
        if (command.Block.Language == "console")
            return comparison.Differs(command, seen);
        return seen.Count == 0 ? null : (command.Line, $"the hidden commands say:\n{string.Join('\n', seen)}");
    }

    private static List<TranscriptCommand> Commands(Page page, string session)
    {
        var start = session == "checkout" ? Prelude : Prelude + "\ncd /root/try";
        List<TranscriptCommand> commands = [Quiet(new Block(PagePart.Hidden, 1, "", start.Split('\n')))];
        foreach (var part in page.Parts.Where(p => p.Session == session && p.Runs))
        {
            if (part.Block.Language == "console")
                commands.AddRange(Shown(page, part.Block));
            else
                commands.Add(Quiet(part.File is { } file ? Written(part.Block, file) : part.Block));
        }

        return commands;
    }

    private static TranscriptCommand Quiet(Block block) => new(block, block.Line, block.Lines, [], []);

    private static Block Written(Block block, string file)
    {
        var begin = $"mkdir -p \"$(dirname {file})\"; cat > {file} <<'PAGE_FILE'";
        return block with { Lines = [begin, .. block.Lines, "PAGE_FILE"] };
    }

    // Transcript knows one prompt. Which it was tells who types.
    private static IEnumerable<TranscriptCommand> Shown(Page page, Block block)
    {
        var lines = block.Lines.Select(l => l.StartsWith("# ", StringComparison.Ordinal) ? "$" + l[1..] : l);
        return Transcript.Commands(page.Name, block with { Lines = [.. lines] }).Select(c =>
        {
            var typed = string.Join('\n', c.Typed);
            // What is typed at the prompt of a container is typed at a terminal.
            if (c.Input.Count > 0)
                typed = $"at_a_terminal {ShellWord.Quote(typed)}";
            if (block.Lines[c.Line - block.Line].StartsWith('$'))
                typed = $"as_ann {ShellWord.Quote(typed)}";
            return c with { Typed = typed.Split('\n') };
        });
    }

    private static string Play(Page page, string session, string text)
    {
        var directory = Directory.CreateTempSubdirectory("minic-test-").FullName;
        try
        {
            var (test, shell) = (Path.Combine(directory, "page.t"), Path.Combine(directory, "shell"));
            File.WriteAllText(test, text);
            File.WriteAllText(shell, Shell(session));
            File.SetUnixFileMode(shell, (UnixFileMode)0x1c0 /* 0700 */);
            var start = new ProcessStartInfo("cram3", ["--preserve-env", "--shell=" + shell, test])
            {
                WorkingDirectory = directory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var cram = Process.Start(start)!;
            var errors = cram.StandardError.ReadToEndAsync();
            var output = cram.StandardOutput.ReadToEnd();
            cram.WaitForExit();
            cram.ExitCode.Should().BeOneOf([0, 1], $"cram runs {page.Name}, but: {output}{errors.Result}");
            return File.Exists(test + ".err") ? File.ReadAllText(test + ".err") : text;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Shell(string session)
    {
        var lab = string.Join(' ', Worlds.Lab.Words.Select(ShellWord.Quote));
        var world = $"{lab} world run --name {Worlds.Lab.FreshName()}";
        var machine = $"scripts/machine -f provisioned {(session == "checkout" ? "-cc" : "-i")}";
        return $"""
            #!/bin/bash
            unset TMPDIR TEMP TMP TESTDIR TESTFILE CRAMTMP TESTSHELL
            cd {ShellWord.Quote(Root)} || exit
            exec {world} -- timeout --signal=KILL {Seconds} {machine} -- bash "$@" 2>&1

            """;
    }

    /// <summary>The repository.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    private static string Here([CallerFilePath] string file = "") => file;
}
