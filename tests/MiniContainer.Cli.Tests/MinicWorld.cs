// Where a test runs the real minic: a state root of its own and namespaces of its own, and at the end a look at what is
// left. Scripts find there: minic (a function), $ROOTFS, $STATE (the state root), $TMP and $N (a name's beginning).

using System.Diagnostics;
using System.Runtime.CompilerServices;
using MiniContainer.Testing;

namespace MiniContainer.Cli.Tests;

internal sealed record Outcome(int Code, string Output, string Error);

internal sealed class MinicWorld : IDisposable
{
    private const string Prelude = "minic() { \"$MINIC\" --root \"$STATE\" \"$@\"; }\nexport -f minic\ncd \"$TMP\"\n";

    private MinicWorld(string minic, string rootfs)
    {
        Minic = minic;
        Rootfs = rootfs;
        Name = $"t{Environment.ProcessId}x{Guid.NewGuid():N}"[..16];
        State = $"/run/minic-test-{Name}";
        Temporary = Directory.CreateTempSubdirectory("minic-test-").FullName;
    }

    public string Minic { get; }

    public string Rootfs { get; }

    /// <summary>How the names of this test's containers begin.</summary>
    public string Name { get; }

    public string State { get; }

    public string Temporary { get; }

    /// <summary>Makes the world, or skips the test and says what is missing.</summary>
    public static MinicWorld Make()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var minic = Environment.GetEnvironmentVariable("MINIC") ?? Path.Combine(Repository, "out/minic");
        Assert.SkipUnless(File.Exists(minic), $"needs {minic}: scripts/run publishes it, or set MINIC");
        var rootfs = Environment.GetEnvironmentVariable("MINIC_ROOTFS")
            ?? Path.Combine(Repository, "out/rootfs/busybox");
        Assert.SkipUnless(Directory.Exists(rootfs),
            $"needs {rootfs}: rootfs/build busybox makes it, or set MINIC_ROOTFS");
        var programs = new Testing.Programs(minic, rootfs).Reachable();
        return new MinicWorld(programs.Minic, programs.Rootfs);
    }

    /// <summary>Runs a bash script in namespaces of its own.</summary>
    public Outcome Sh(string script)
    {
        // A shell cannot change what was ignored when it began, as SIGINT is in a script's background job; minic does.
        var start = Start("env", "--default-signal", "unshare", "-mn", "--propagation", "private", "bash", "-c",
            Prelude + script);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var bash = Process.Start(start)!;
        bash.StandardInput.Close();
        var error = bash.StandardError.ReadToEndAsync();
        var output = bash.StandardOutput.ReadToEnd();
        if (!bash.WaitForExit(Pace.Seconds(120)))
        {
            bash.Kill(entireProcessTree: true);
            throw new TimeoutException($"the script does not end: {script}");
        }

        return new Outcome(bash.ExitCode, output, Neutral(error.Result));
    }

    public ProcessStartInfo Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in new[] { ("MINIC", Minic), ("ROOTFS", Rootfs), ("STATE", State),
            ("TMP", Temporary), ("N", Name), ("LC_ALL", "C.UTF-8") })
            start.Environment[name] = value;
        return start;
    }

    /// <summary>The prelude as a file, for a shell that is not started by <see cref="Sh"/>.</summary>
    public string PreludeFile()
    {
        var path = Path.Combine(Temporary, "prelude");
        File.WriteAllText(path, Prelude + "PS1='$ '\n");
        return path;
    }

    /// <summary>Writes a bundle with the default configuration, below $TMP.</summary>
    public string Bundle(string args, bool terminal = false, string name = "bundle")
    {
        var path = Path.Combine(Temporary, name);
        Directory.CreateDirectory(path);
        var spec = Containers.Oci.DefaultSpec.Create(Rootfs, args.Split(' '), terminal: terminal);
        File.WriteAllText(Path.Combine(path, "config.json"), Containers.Oci.SpecJson.Write(spec));
        return path;
    }

    /// <summary>What is left of this test's containers: files of state, cgroups, mounts, processes.</summary>
    public IReadOnlyList<string> Left()
    {
        var files = Directory.Exists(State)
            ? Directory.GetFileSystemEntries(State, "*", SearchOption.AllDirectories) : [];
        // A cgroup that somebody removes meanwhile is none of ours.
        var look = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            MaxRecursionDepth = 6,
        };
        var cgroups = Directory.EnumerateDirectories("/sys/fs/cgroup", $"*{Name}*", look);
        var mounts = File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(Name, StringComparison.Ordinal));
        return [.. files, .. cgroups, .. mounts];
    }

    public void Dispose()
    {
        var left = Left();
        if (Directory.Exists(State))
        {
            // Whatever failed, the next test begins clean; what was left is told all the same.
            Sh("minic list -q | while read -r id; do minic delete -f \"$id\"; done; minic pod rm --force --all; minic "
                + "gc; rm -rf \"$STATE\"");
        }

        // Logs of pods that could not be made stay there until the name is used again.
        if (Directory.Exists(State + ".logs"))
            Directory.Delete(State + ".logs", recursive: true);
        Directory.Delete(Temporary, recursive: true);
        left.Should().BeEmpty("nothing is left behind");
    }

    /// <summary>Text without what differs from run to run.</summary>
    public string Neutral(string text) => text
        .Replace(State, "STATE", StringComparison.Ordinal).Replace(Temporary, "TMP", StringComparison.Ordinal)
        .Replace(Rootfs, "ROOTFS", StringComparison.Ordinal).Replace(Name, "N", StringComparison.Ordinal);

    private static string Repository { get; } = FindRepository();

    private static string FindRepository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
