// The package of scripts/install --deb, in a minimal Debian that has what it depends on.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MiniContainer.Cli.Tests;

public class PackageTests
{
    [Fact]
    public void It_installs_runs_a_container_and_leaves_nothing_when_it_is_removed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        Assert.SkipUnless(Directory.Exists($"{Root}/out/machine/bookworm-provisioned"),
            "needs a minimal Debian: scripts/machine prove bookworm");
        Assert.SkipUnless(Bash("scripts/build --check").Code == 0, "needs out/minic: scripts/build");
        Bash("scripts/install --deb").Code.Should().Be(0);
        var outcome = Bash("""
            scripts/machine -s bookworm -f provisioned -cc -- bash -euc '
            scripts/install --uninstall > /dev/null 2>&1 || :
            look() { find /usr /etc /opt -xdev ! -path "/usr/share/dotnet*" ! -path "*/man/index.db" | sort; }
            look > /tmp/before; dpkg -i out/minic_*.deb > /tmp/log 2>&1 || { cat /tmp/log; exit 1; }
            cd /; minic run --rootfs busybox --net none echo it runs
            ls /usr/share/man/man1/minic-pod-run.1.gz /usr/share/zsh/vendor-completions/_minic
            dpkg -r minic > /tmp/log 2>&1; look | diff /tmp/before - && echo as before'
            """);
        outcome.Output.Should().Be("it runs\n/usr/share/man/man1/minic-pod-run.1.gz\n"
            + "/usr/share/zsh/vendor-completions/_minic\nas before\n", outcome.Error);
    }

    [Fact]
    public void That_for_arm64_has_the_program_for_arm64()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "needs dpkg-deb");
        Assert.SkipUnless(File.Exists($"{Root}/out/arm64/minic"), "needs minic for arm64: scripts/build --arch arm64");
        var outcome = Bash("""
            scripts/install --deb --arch arm64 > /dev/null 2>&1 || exit
            dpkg-deb --field out/minic_*_arm64.deb Architecture
            # The machine of an ELF file: 183 is EM_AARCH64.
            dpkg-deb --fsys-tarfile out/minic_*_arm64.deb | tar -xO ./usr/lib/minic/minic | od -A n -t u2 -j 18 -N 2
            """);
        outcome.Output.Should().Be("arm64\n   183\n", outcome.Error);
    }

    [Fact]
    public void Another_architecture_is_refused_in_plain_words()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "needs dpkg-deb");
        var outcome = Bash("scripts/build --arch riscv64");
        outcome.Code.Should().Be(125);
        outcome.Error.Should().Be("scripts/build: --arch takes arm64 or amd64, not 'riscv64'\n");
    }

    private static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    private static Outcome Bash(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit();
        return new Outcome(bash.ExitCode, output, error.Result);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
