// lab world run is transparent: streams, exit codes and signals are the command's.

using System.Globalization;

namespace MiniContainer.Labs.Tests.Worlds;

public class RunTests
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public void The_exit_code_is_the_commands(string script, int code)
    {
        Lab.Require();
        Lab.Run("world", "run", "--name", Lab.FreshName(), "--", "sh", "-c", script).Code.Should().Be(code);
    }

    [Fact]
    public void What_cannot_be_executed_has_the_usual_codes_and_leaves_no_world()
    {
        using var world = new OwnWorld();
        var missing = Lab.Run("world", "run", "--name", world.Name, "--", "no-such-program");
        missing.Code.Should().Be(127);
        missing.Errors.Should().StartWith("lab: execute no-such-program: execve(").And.Contain("ENOENT");
        Lab.Run("world", "run", "--name", world.Name, "--", "/etc/passwd").Code.Should().Be(126);
        Lab.Run("world", "run", "--name", world.Name, "--in", "nowhere", "--", "true").Errors.Should()
            .Contain("Say host or internet");
    }

    [Fact]
    public void Streams_arguments_environment_and_directory_are_the_callers()
    {
        using var world = new OwnWorld();
        using var process = Lab.Start("world", "run", "--name", world.Name, "--", "sh", "-c",
            "cat; echo \"$1 $2\"; echo error >&2; pwd", "sh", "--name", "@x");
        process.StandardInput.Write("from stdin\n");
        var ended = Lab.Finish(process);
        ended.Output.Should().Be($"from stdin\n--name @x\n{Environment.CurrentDirectory}\n");
        ended.Errors.Should().Be("error\n");
    }

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    [InlineData("HUP", 1)]
    [InlineData("USR1", 10)]
    public void Signals_reach_the_command(string signal, int number)
    {
        Lab.Require();
        // A shell cannot trap what was ignored when it began, as SIGINT is in a script's background job.
        var ignored = Convert.ToUInt64(File.ReadLines("/proc/self/status")
            .First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16);
        Assert.SkipWhen((ignored >> (number - 1) & 1) == 1, $"needs a caller that does not ignore SIG{signal}");
        var name = Lab.FreshName();
        var process = Lab.Start("world", "run", "--name", name, "--", "sh", "-c",
            $"trap 'echo {signal}; exit 7' {signal}; echo ready; for i in $(seq 600); do sleep 0.05; done; echo "
                + "missed");
        process.StandardOutput.ReadLine().Should().Be("ready");
        using (var kill = System.Diagnostics.Process.Start("kill",
            ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        var pid = process.Id;
        var ended = Lab.Finish(process);
        ended.Output.Should().Be(signal + "\n");
        ended.Code.Should().Be(7);
        Directory.Exists($"/run/minic-lab/run-{pid}").Should().BeFalse("the world that was made for it goes with it");
    }

    [Fact]
    public void The_writer_to_a_closed_pipe_ends()
    {
        Lab.Require();
        Lab.InOwnWorld("yes | head -n 1").Should().Be("y");
    }

    [Fact]
    public void Each_place_has_its_own_name_links_and_run()
    {
        using var world = new OwnWorld();
        world.Do("hostname; ls /sys/class/net; ls -d /sys/fs/cgroup/*").Should()
            .StartWith("host\neth0\nlo\n/sys/fs/cgroup/");
        Lab.Do("world", "run", "--name", world.Name, "--in", "internet", "--", "sh", "-c",
            "hostname; ls /sys/class/net").Should().Be("internet\neth0\nlo");
    }

    [Fact]
    public void A_directory_that_a_world_does_not_see_is_told()
    {
        using var world = new OwnWorld();
        var directory = Directory.CreateTempSubdirectory("unseen").FullName;
        try
        {
            Errors($"cd {directory}").Should()
                .Be($"lab: the host has a /tmp and a /run of its own, without {directory}: the command starts in /. "
                    + "Go to a directory elsewhere first.\n");
            Errors("cd /usr").Should().BeEmpty();
            Errors("cd /tmp").Should().BeEmpty();
        }
        finally
        {
            Directory.Delete(directory);
        }

        string Errors(string before)
        {
            using var shell =
                System.Diagnostics.Process.Start(
                    new System.Diagnostics.ProcessStartInfo("sh",
                        ["-euc", $"{before}; {Lab.Shell} world run --name {world.Name} -- true"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            return Lab.Finish(shell).Errors;
        }
    }

    [Fact]
    public void Sockets_in_tmp_are_the_worlds_own_and_the_callers_directory_stays()
    {
        using var world = new OwnWorld();
        var directory = Directory.CreateTempSubdirectory("caller").FullName;
        try
        {
            var machine = $"/tmp/{Path.GetFileName(directory)}.sock";
            // The compiler's server listens like this: by a name in /tmp that is the same for everyone.
            var found = Lab.Do("world", "run", "--name", world.Name, "--", "sh", "-c",
                $"echo > {machine}; ls /tmp; stat -c %a /tmp");
            found.Should().Contain(Path.GetFileName(machine)).And.EndWith("1777");
            File.Exists(machine).Should()
                .BeFalse("what a world listens on is gone with it, in the middle of others' work");

            // A world that is made by somebody who stands in /tmp has that directory, with what is in it.
            using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh",
                ["-euc", $"echo from outside > file; {Lab.Shell} world run --name {Lab.FreshName()} -- sh -c 'pwd; "
                    + "cat file; echo from inside > file'; cat file"])
            {
                WorkingDirectory = directory,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Lab.Finish(shell).Output.Should().Be($"{directory}\nfrom outside\nfrom inside\n");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_shell_says_where_it_is()
    {
        using var world = new OwnWorld();
        Lab.Require("script", "bash");
        // script(1) gives it a terminal, as a person has one.
        using var process =
            System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo("script",
                    ["-qec", $"SHELL=/bin/bash {Lab.Shell} world shell --name {world.Name}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write("hostname; exit 5\n");
        process.StandardInput.Flush();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.Should().Contain("[host] ").And.Contain("host\r\nexit");
        process.ExitCode.Should().Be(5);
    }

    [Fact]
    public void Show_draws_what_is_there()
    {
        using var world = new OwnWorld();
        world.Do("ip link add br0 type bridge; ip addr add 10.1.0.1/24 dev br0");
        var picture = Lab.Do("world", "show", "--name", world.Name);
        picture.Should().Contain("br0   10.1.0.1/24").And.Contain("203.0.113.10/24  web").And
            .Contain("default via 2001:db8::1 dev eth0").And.Contain("serve dns");
        picture.Split('\n').Should().OnlyContain(line => line.Length <= 80);
        Lab.Run("world", "show", "--name", "not-" + world.Name).Errors.Should().Contain("it is not up").And
            .Contain(world.Name);
    }
}
