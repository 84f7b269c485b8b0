// The shell scripts: shellcheck finds nothing in any of them, and what they share keeps its promises to its callers.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MiniContainer.Labs.Tests.Folders;

public class ScriptTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    /// <summary>Every file whose first line says that it is a shell's.</summary>
    public static TheoryData<string> Scripts => [.. Names];

    private static IEnumerable<string> Names =>
        ((string[])["scripts", ".ci", "rootfs", "labs", "docs"]).Select(d => Path.Combine(Root, d))
            .Where(Directory.Exists)
            .SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories))
            .Where(IsScript).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Shellcheck_finds_nothing(string script)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/shellcheck"), "needs shellcheck: scripts/setup test");
        Bash($"cd \"$ROOT\" && shellcheck --external-sources -- '{script}'").Should().Be(new Said(0, "", ""));
    }

    [Fact]
    public void No_script_is_missed() =>
        Names.Should().Contain(["scripts/run", "scripts/common", ".ci/run", "rootfs/build"]);

    [Theory]
    [InlineData("true", 0)]
    [InlineData("false", 1)]
    public void Slow_keeps_the_traps_of_its_caller(string command, int code)
    {
        var script = $"trap 'echo end' EXIT; trap 'echo int; exit 9' INT; slow something \"$TMP/log\" {command} || "
            + "echo $?; kill -INT $$";
        foreach (var run in (string[])["bash -c \"$SCRIPT\" 2>&1", "script -qec 'bash -c \"$SCRIPT\"' /dev/null"])
        {
            var said = Bash($"export SCRIPT='. \"$ROOT/scripts/common\"; '{Quote(script)}; {run}");
            said.Code.Should().Be(9, $"of {run}: {said}");
            said.Output.Replace("\r", "", StringComparison.Ordinal).Should()
                .EndWith((code == 0 ? "" : $"{code}\n") + "int\nend\n");
        }
    }

    [Fact]
    public void The_ticker_ends_with_a_script_that_is_killed()
    {
        var script = "(sleep 0.3; kill -KILL $$) & slow something \"$TMP/log\" sleep 1";
        Bash($$"""
            export SCRIPT='. "$ROOT/scripts/common"; '{{Quote(script)}}
            script -qec 'bash -c "$SCRIPT"' /dev/null > "$TMP/out"; sleep 2; wc -c < "$TMP/out" > "$TMP/one"; sleep 1.5; wc -c < "$TMP/out" | diff - "$TMP/one" && echo quiet
            """).Output.Should().EndWith("quiet\n");
    }

    [Fact]
    public void Slow_counts_what_the_log_has_of_how_many()
    {
        var script = "step() { echo ' -> one'; echo ' -> two'; sleep 1.5; }; slow -n 4 -e ' -> ' building "
            + "\"$TMP/log\" step";
        var said = Bash($"export SCRIPT='. \"$ROOT/scripts/common\"; '{Quote(script)}; script -qec 'bash -c "
            + "\"$SCRIPT\"' /dev/null");
        said.Output.Should().Contain("building ... [##########          ] 2 of 4, ").And.Contain("building: done, ");
    }

    [Fact]
    public void The_root_of_the_clone_is_found_whatever_CDPATH_says() =>
        Bash("cd \"$ROOT\"; export CDPATH=/usr:/; bash -c '. scripts/common; echo \"$root\"'").Output.Should()
            .Be(Root + "\n");

    // Debian's vagrant with its plugin for libvirt; other providers need their own program, or Windows.
    [Fact]
    public void Vagrant_takes_the_Vagrantfile()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/vagrant"), "needs vagrant: scripts/setup vagrant, on Debian 12");
        Bash("cd \"$ROOT\"; VAGRANT_HOME=$TMP VAGRANT_DEFAULT_PROVIDER=libvirt vagrant validate").Output.Should()
            .Be("Vagrantfile validated successfully.\n");
    }

    [Fact]
    public void Vagrant_names_programs_to_install_where_there_is_none_for_virtual_machines()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/vagrant"), "needs vagrant: scripts/setup vagrant, on Debian 12");
        Assert.SkipWhen(File.Exists("/usr/bin/virsh") || File.Exists("/usr/bin/VBoxManage"), "needs a machine without");
        var said = Bash("cd \"$ROOT\"; VAGRANT_HOME=$TMP PATH=/usr/bin:/bin vagrant up");
        said.Code.Should().Be(1);
        (said.Output + said.Errors).Should().StartWith("Vagrant drives a program that runs virtual machines, and this "
            + "machine has none that it knows.").And.Contain("scripts/vm build && scripts/vm ssh");
    }

    private sealed record Said(int Code, string Output, string Errors);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static Said Bash(string script)
    {
        var temporary = Directory.CreateTempSubdirectory("scripts-").FullName;
        var start = new ProcessStartInfo("env", ["--default-signal", "bash", "-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["ROOT"], start.Environment["TMP"]) = (Root, temporary);
        try
        {
            using var bash = Process.Start(start)!;
            bash.StandardInput.Close();
            var errors = bash.StandardError.ReadToEndAsync();
            var output = bash.StandardOutput.ReadToEnd();
            bash.WaitForExit();
            return new Said(bash.ExitCode, output, errors.Result);
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static bool IsScript(string file)
    {
        using var reader = new StreamReader(file);
        return reader.ReadLine() is { } first
            && (first.StartsWith("#!/bin/bash", StringComparison.Ordinal)
                || first.StartsWith("#!/bin/sh", StringComparison.Ordinal)
                || first.StartsWith("# shellcheck shell=", StringComparison.Ordinal));
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
