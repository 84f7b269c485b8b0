// The small machine of scripts/microvm: another version of cgroups, another processor, Debian's kernel.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MiniContainer.Cli.Tests;

internal static class Microvm
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    /// <summary>What a script prints there.</summary>
    public static string Run(string script, IReadOnlyList<string> options)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-system-x86_64"), "needs qemu-system-x86: scripts/setup vm");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Root, "out/microvm")),
            "needs a kernel for the machine: scripts/microvm run -- true fetches it");
        var start = new ProcessStartInfo(Path.Combine(Root, "scripts/microvm"),
            ["run", .. options, "--", "sh", "-c", script])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            };
        using var vm = Process.Start(start)!;
        vm.StandardInput.Close();
        var output = vm.StandardOutput.ReadToEnd();
        vm.WaitForExit();
        return output.Replace("\r", "", StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
