// A course of two small labs in a directory of its own, with names that no other test's worlds have, for tests of the
// engine from outside. Its first lab is Tiny/lab beside the tests.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using MiniContainer.Labs.Tests.Worlds;

namespace MiniContainer.Labs.Tests.Learning;

internal sealed class TinyCourse : IDisposable
{
    private static int s_count;
    private readonly string _id = $"{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";

    public TinyCourse()
    {
        Worlds.Lab.Require("unshare", "nsenter", "pgrep", "timeout");
        // Not in /tmp: a world has that to itself, and only the course that it is made for is kept there.
        Root = Directory.CreateDirectory($"/var/tmp/tiny-course-{_id}").FullName;
        Copy(Path.Combine(Here(), "../Tiny/lab"), LabPath);
        Copy(LabPath, $"{Root}/labs/{Second}");
        Copy(Path.Combine(Here(), "../Tiny/wrong"), Wrong);
        Write("labs/check.sh", File.ReadAllText(Path.Combine(Here(), "../../../labs/check.sh")));
    }

    public string Root { get; }

    public string Name => $"90-tiny-{_id}";

    public string Second => $"91-second-{_id}";

    public string LabPath => $"{Root}/labs/{Name}";

    public string Wrong => $"{Root}/tests/MiniContainer.Labs.Tests/Wrong/{Name}";

    /// <summary>The learner's directory.</summary>
    public string Work => $"{Root}/out/{Name}";

    public Ended Run(params string[] words) => Finish(Start(words));

    /// <summary>lab WORDS..., which must end well.</summary>
    public string Do(params string[] words)
    {
        var ended = Run(words);
        ended.Code.Should().Be(0, $"`lab {string.Join(' ', words)}` should work, but: {ended.Output}{ended.Errors}");
        return ended.Output;
    }

    /// <summary>A shell script in the lab's world, in the learner's directory, with the inputs.</summary>
    public Ended Learn(string script)
    {
        var inputs = System.Text.Json.JsonDocument.Parse(File.ReadAllText(StateFile)).RootElement.GetProperty("inputs")
            .EnumerateObject();
        var set = string.Concat(inputs.Select(i => $"{i.Name}={i.Value.GetString()} "));
        return Run("world", "run", "--name", Name, "--", "bash", "-euc", $"cd {Work}; export {set}; {script}");
    }

    public string StateFile => $"{Root}/state/minic-lab/{Name}.json";

    /// <summary>The shell of the lab on a terminal, with these lines typed.</summary>
    public Ended Type(string words, params string[] lines)
    {
        var start =
            Environment_(
                new ProcessStartInfo("script",
                    ["--quiet", "--return", "--command", $"{Worlds.Lab.Shell} {words}", "/dev/null"]));
        var process = Process.Start(start)!;
        process.StandardInput.Write(string.Concat(lines.Select(l => l + "\n")));
        process.StandardInput.Flush();
        return Finish(process);
    }

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{Root}/{path}")!);
        File.WriteAllText($"{Root}/{path}", text);
    }

    /// <summary>Replaces a piece of a file of the lab.</summary>
    public void Change(string path, string from, string to)
    {
        var text = File.ReadAllText($"{LabPath}/{path}");
        text.Should().Contain(from);
        File.WriteAllText($"{LabPath}/{path}", text.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        foreach (var world in (string[])[Name, Second])
            Worlds.Lab.Do("world", "down", "--name", world);
        Directory.Delete(Root, recursive: true);
    }

    private Process Start(string[] words) =>
        Process.Start(
            Environment_(new ProcessStartInfo(Worlds.Lab.Words[0], [.. Worlds.Lab.Words.Skip(1), .. words])))!;

    // Lines are as long as the terminal is wide: words are compared, not lines.
    private static Ended Finish(Process process)
    {
        var ended = Worlds.Lab.Finish(process);
        return ended with
        {
            Output = string.Join(' ', ended.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        };
    }

    private ProcessStartInfo Environment_(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.Environment["LAB_ROOT"] = Root;
        start.Environment["XDG_STATE_HOME"] = $"{Root}/state";
        start.Environment["COLUMNS"] = "80";
        // No colours, so that words follow each other.
        start.Environment["TERM"] = "dumb";
        foreach (var name in (string[])["LAB", "LAB_SHELL"])
            start.Environment.Remove(name);
        return start;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
