// The program and the root file system that tests run, where any user reaches them by a path that needs no quotes. A
// clone may lie below a home of mode 0700, or in a directory with a space in its name; the tests' own scripts need not
// care.

using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MiniContainer.Testing;

/// <summary>A minic and a root file system for tests.</summary>
/// <param name="Minic">The program.</param>
/// <param name="Rootfs">The root file system.</param>
public sealed partial record Programs(string Minic, string Rootfs)
{
    private static readonly Lock Gate = new();
    private static Programs? copied;

    /// <summary>These two, or copies of them that are removed when the tests end.</summary>
    public Programs Reachable()
    {
        if (IsReachable(Minic) && IsReachable(Rootfs))
            return this;
        lock (Gate)
            return copied ??= Copy();
    }

    /// <summary>Whether every user can reach a path, and a shell needs no quotes for it.</summary>
    /// <param name="path">An absolute path.</param>
    public static bool IsReachable(string path)
    {
        if (!Plain().IsMatch(path))
            return false;
        for (var directory = Path.GetDirectoryName(path); directory is not null; directory =
            Path.GetDirectoryName(directory))
        {
            if (!File.GetUnixFileMode(directory).HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }

    // As in out/: minic finds images beside itself. What lies beside a jitted program belongs to it. One compiled ahead
    // of time is one file.
    private Programs Copy()
    {
        var directory = Directory.CreateTempSubdirectory("minic-programs-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        File.SetUnixFileMode(directory, (UnixFileMode)0x1ed /* 0755 */);
        var home = Path.GetDirectoryName(Minic)!;
        var jitted = File.Exists(Path.ChangeExtension(Minic, ".dll"));
        Run("mkdir", "-m", "755", $"{directory}/bin", $"{directory}/bin/rootfs");
        Run("cp", ["-a", "--", jitted ? home + "/." : Minic, $"{directory}/bin"]);
        Run("chmod", "755", $"{directory}/bin");
        Run("cp", "-a", "--", Rootfs, $"{directory}/bin/rootfs/busybox");
        return new Programs($"{directory}/bin/{Path.GetFileName(Minic)}", $"{directory}/bin/rootfs/busybox");
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }

    [GeneratedRegex("^[A-Za-z0-9/._+,=@%-]+$")]
    private static partial Regex Plain();
}
