// A small machine of its own for the real minic: network, mount and pid namespaces, an empty /run, and a shell as its
// first process, which takes commands one by one. Whatever is left in there when it is disposed ends with that shell.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Promise.Tests;

internal sealed record Outcome(int Code, string Output, string Error);

internal sealed class World : IDisposable
{
    // A hang is a failure too, and is to be seen.
    private static readonly TimeSpan Patience = Pace.Seconds(180);
    private static int count;

    private readonly Process shell;

    private World(string minic, string rootfs)
    {
        Rootfs = rootfs;
        Name = string.Create(CultureInfo.InvariantCulture,
            $"p{Environment.ProcessId}w{Interlocked.Increment(ref count)}");
        Temporary = Directory.CreateTempSubdirectory("minic-promise-").FullName;
        // The second shell is pid 1 in there; the first waits for it outside.
        // Whatever started the tests may ignore signals, as a script's background job does; unshare --fork in a script
        // by hand does not pass that on.
        var start = new ProcessStartInfo("env",
            ["--default-signal", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                "--propagation", "private", "sh"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in new[] { ("MINIC", minic), ("ROOTFS", rootfs), ("TMP", Temporary),
            ("TMPDIR", "/run/tmp"), ("N", Name), ("LC_ALL", "C.UTF-8"), ("HOME", "/root") })
            start.Environment[name] = value;
        shell = Process.Start(start)!;
        Sh("mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/tmp && m() { \"$MINIC\" \"$@\"; }").Code.Should().Be(0);
        Pid = int.Parse(Sh("readlink /proc/self; :").Output.Length > 0
            ? File.ReadAllText($"/proc/{shell.Id}/task/{shell.Id}/children").Trim() : "", CultureInfo.InvariantCulture);
        Netns = NetworkNamespace.Open($"/proc/{Pid}/ns/net");
    }

    /// <summary>How the names of this world's containers begin.</summary>
    public string Name { get; }

    /// <summary>The root file system of its containers.</summary>
    public string Rootfs { get; }

    /// <summary>A directory of the test's, seen inside too.</summary>
    public string Temporary { get; }

    /// <summary>The first process, as we see it.</summary>
    public int Pid { get; }

    public SafeFileHandle Netns { get; }

    /// <summary>Its root, as we see it.</summary>
    public string Root => $"/proc/{Pid}/root";

    public static World Make()
    {
        var (minic, rootfs) = Find();
        return new World(minic, rootfs);
    }

    /// <summary>Skips the test, and says what is missing.</summary>
    public static void Need() => _ = Find();

    /// <summary>Runs shell commands; <c>m</c> is minic.</summary>
    public Outcome Sh(string script)
    {
        shell.StandardInput.WriteLine($"{{ {script}\n}} </dev/null >{Temporary}/out 2>{Temporary}/err; echo $?");
        shell.StandardInput.Flush();
        string? code;
        try
        {
            code = shell.StandardOutput.ReadLineAsync().WaitAsync(Patience).GetAwaiter().GetResult();
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"does not end: {script}\n{Snapshot.Of(this)["processes"]}");
        }

        return new Outcome(
            int.Parse(code ?? throw new InvalidOperationException($"the world ended: {script}"),
                CultureInfo.InvariantCulture), Read("out"), Read("err"));
    }

    /// <summary>Runs shell commands that must work.</summary>
    public string Do(string script)
    {
        var outcome = Sh(script);
        return outcome.Code == 0
            ? outcome.Output
            : throw new InvalidOperationException($"`{script}` ended with {outcome.Code}: {outcome.Error}");
    }

    public void Dispose()
    {
        shell.Kill(entireProcessTree: true);
        shell.WaitForExit();
        shell.Dispose();
        Netns.Dispose();
        // Its cgroups are the one thing that is not in a namespace.
        foreach (var cgroup in Snapshot.CgroupsOf(Name).OrderByDescending(c => c.Length))
            Cgroups.Remove(cgroup);
        Directory.Delete(Temporary, recursive: true);
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(Temporary, file));

    private static (string Minic, string Rootfs) Find([CallerFilePath] string here = "")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
        var minic = Environment.GetEnvironmentVariable("MINIC") ?? Path.Combine(repository, "out/minic");
        Assert.SkipUnless(File.Exists(minic), $"needs {minic}: scripts/build makes it, or set MINIC");
        var rootfs = Environment.GetEnvironmentVariable("MINIC_ROOTFS")
            ?? Path.Combine(repository, "out/rootfs/busybox");
        Assert.SkipUnless(Directory.Exists(rootfs),
            $"needs {rootfs}: rootfs/build busybox makes it, or set MINIC_ROOTFS");
        var programs = new Testing.Programs(minic, rootfs).Reachable();
        return (programs.Minic, programs.Rootfs);
    }
}
