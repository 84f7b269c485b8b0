// The attacks of published advisories of container runtimes, tried on the real minic. docs/security.md has the table:
// what each was, and why minic is not open to it.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Security;

[Collection("minic")]
public sealed class AdvisoryTests : MinicTest
{
    // In an image that has the host's libraries, minic itself would run.
    private const string Libraries = "$(for d in /lib /lib64 /usr; do [ -d $d ] && echo -v $d:$d:ro; done)";

    // What an attacker would like to see changed: a directory and a file of the host's.
    private const string Victim = "mkdir -p $TMP/victim; echo mine > $TMP/victim/ptmx; ";

    [Fact]
    public void CVE_2016_9962_nobody_in_a_container_looks_into_a_process_on_its_way_there()
    {
        var world = Make();
        world.Bundle("sleep 1000");
        Write(world, "sh -c", spec => spec with
        {
            Process = spec.Process! with
            {
                Args = ["sh", "-c",
                    "for f in exe root cwd fd/3 fd/4 fd/5 fd/6 fd/7; do readlink /proc/1/$f; done; for f in mem maps "
                        + "environ fd/7; do head -c 1 /proc/1/$f; done; true"],
            },
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "pid"), new("pid", "/proc/PID/ns/pid")],
            },
        }, "spy");
        // Created, its first process rests on its way, with the privileges of the container and descriptors of minic.
        // One that has the same privileges, and its pid namespace, looks at it.
        var outcome = world.Sh("""
            cp -a $ROOTFS image; minic create -b bundle --pid-file pid $N; sed -i "s/PID/$(cat pid)/" spy/config.json
            minic run -b spy ${N}b
            minic delete -f $N
            """);
        outcome.Output.Should().BeEmpty();
        outcome.Error.Split('\n').Count(l => l.Contains("Permission denied", StringComparison.Ordinal)).Should()
            .Be(4, "the four files are denied; readlink says nothing");
    }

    [Theory]
    [InlineData("/proc/self/exe --version")]
    [InlineData("/link --version")]
    [InlineData("/script --version")]
    public void CVE_2019_5736_a_link_to_the_runtimes_program_leads_to_something_else(string command)
    {
        var world = Make();
        var outcome = world.Sh($$"""
            cp -a $ROOTFS image; ln -s /proc/self/exe image/link; printf '#!/proc/self/exe\n' > image/script; chmod +x image/script
            before=$(cksum < "$MINIC")
            minic run --name ${N}a --rootfs image {{Libraries}} {{command}}
            minic run -d --name $N --rootfs image {{Libraries}} sleep 1000 >/dev/null
            minic exec $N {{command}}
            minic delete -f $N
            [ "$before" = "$(cksum < "$MINIC")" ] && echo unchanged
            """);
        outcome.Output.Should().Be("unchanged\n", "minic would have told its version");
    }

    // What is written to /proc for the container must not go where the image, or a volume, wants it.
    [Fact]
    public void CVE_2019_16884_and_2025_52881_a_false_proc_is_not_written_to()
    {
        var world = Make();
        Directory.CreateDirectory($"{world.Temporary}/false/self");
        Directory.CreateDirectory($"{world.Temporary}/false/sys/net/ipv4");
        File.WriteAllText($"{world.Temporary}/false/self/oom_score_adj", "");
        File.WriteAllText($"{world.Temporary}/false/sys/net/ipv4/ip_forward", "");
        Write(world, "cat /true/sys/net/ipv4/ip_forward /true/self/oom_score_adj", spec => spec with
        {
            Process = spec.Process! with { OomScoreAdj = 500 },
            Mounts = [.. spec.Mounts!.Where(m => m.Destination != "/proc"), Bind($"{world.Temporary}/false", "/proc"),
                new Mount { Destination = "/true", Type = "proc", Source = "proc" }],
            Linux = spec.Linux! with { Sysctl = new Dictionary<string, string> { ["net.ipv4.ip_forward"] = "1" } },
        });
        world.Sh(
            "cp -a $ROOTFS image; minic run -b bundle $N; cat false/self/oom_score_adj false/sys/net/ipv4/ip_forward")
                .Should().Be(new Outcome(0, "1\n500\n", ""));
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData("../elsewhere")]
    public void CVE_2019_19921_2023_27561_and_2023_28642_proc_is_not_mounted_through_a_link(string target)
    {
        var world = Make();
        var outcome = world.Sh($"cp -a $ROOTFS image; rm -rf image/proc; mkdir image/elsewhere; ln -s {target} "
            + "image/proc; minic run --name $N --rootfs image sh -c 'echo reached'");
        outcome.Output.Should()
            .BeEmpty("what is hidden below /proc would be hidden elsewhere, once the link is another one");
        outcome.Code.Should().Be(125);
        outcome.Error.Should().Contain("mount proc on /proc");
    }

    [Fact]
    public void CVE_2021_30465_and_2024_45310_a_link_that_changes_meanwhile_leads_nowhere()
    {
        var world = Make();
        world.Sh(Victim + """
            cp -a $ROOTFS image; mkdir -p vol/a/b
            while :; do
              for to in /..$TMP/victim ../../../../..$TMP/victim /proc/self/cwd$TMP/victim /proc/self/root/..$TMP/victim; do
                rm -rf vol/a; ln -s $to vol/a; rm -f vol/a; mkdir -p vol/a/b
              done
            done 2>/dev/null &
            racer=$!
            for i in $(seq 15); do
              minic run --name $N --rootfs image -v $TMP/vol:/vol -v /etc:/vol/a/new/dir -v /etc/passwd:/vol/a/b/file -w /vol/a/cwd sh -c 'cat /vol/a/ptmx' 2>/dev/null
            done
            kill $racer
            ls victim
            """).Output.Should().Be("ptmx\n", "nothing was made there, nor read from there");
    }

    [Theory]
    [InlineData("/..$TMP/victim")]
    [InlineData("../../../../../..$TMP/victim")]
    [InlineData("/proc/self/cwd$TMP/victim")]
    [InlineData("/proc/self/root/..$TMP/victim")]
    [InlineData("/proc/self/fd/3")]
    public void A_link_in_the_image_does_not_lead_to_the_host(string target)
    {
        var world = Make();
        world.Sh(Victim + $$"""
            cp -a $ROOTFS image; ln -s {{target}} image/data
            minic run --name ${N}a --rootfs image -v /etc:/data/dir sh -c 'cat /data/ptmx'
            minic run --name ${N}b --rootfs image -v /etc/passwd:/data/file sh -c 'cat /data/ptmx'
            minic run --name ${N}c --rootfs image -w /data/cwd sh -c 'cat /data/ptmx'
            ls victim
            """).Output.Should().Be("ptmx\n");
    }

    [Fact]
    public void CVE_2021_43784_a_length_does_not_overflow()
    {
        var world = Make();
        // The message that overflowed there carried paths and maps; here they are limited one by one.
        Write(world, "true", spec => spec with
        {
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "network"),
                    new("network", "/" + new string('x', 70_000))],
            },
        });
        world.Sh("minic run -b bundle $N").Error.Should().Contain("$.linux.namespaces[5].path: it is 70001 bytes long");
    }

    [Fact]
    public void CVE_2022_29162_no_capability_is_inheritable_unasked()
    {
        var world = Make();
        world.Sh("""
            minic run -d --name $N --rootfs $ROOTFS sleep 1000 >/dev/null
            minic exec $N grep CapInh /proc/1/status
            minic exec --cap NET_ADMIN $N grep CapInh /proc/self/status
            minic exec --cap NET_ADMIN -u 1000 $N grep CapInh /proc/self/status
            minic delete -f $N
            """).Output.Should().Be("CapInh:\t0000000000000000\nCapInh:\t0000000000000000\nCapInh:\t0000000000001000\n", "a user who is not root is given one by the ambient set, which needs the other");
    }

    [Fact]
    public void CVE_2023_25809_no_cgroup_of_the_host_can_be_written_in_a_user_namespace()
    {
        var world = Make();
        Write(world, "sh -c", spec =>
        {
            var rootless = DefaultSpec.Rootless(spec, Kernel.Caller.Root);
            // The cgroup mounts are those below the host's /sys, and there is no cgroup namespace.
            return rootless with
            {
                Process = rootless.Process! with
                {
                    Args = ["sh", "-c",
                        "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/escaped 2>/dev/null && echo $d; done; "
                            + "true"],
                },
                Mounts = [.. rootless.Mounts!.Where(m => m.Destination != "/sys/fs/cgroup")],
                Linux = rootless.Linux! with
                {
                    Namespaces = [.. rootless.Linux.Namespaces!.Where(n => n.Type != "cgroup")],
                },
            };
        });
        world.Sh("cp -a $ROOTFS image; minic run -b bundle $N").Should().Be(new Outcome(0, "", ""));
    }

    [Fact]
    public void CVE_2024_21626_no_descriptor_and_no_directory_of_the_host_leaks_in()
    {
        var world = Make();
        world.Sh(Victim + """
            minic run --name ${N}x --rootfs $ROOTFS sh -c 'ls /proc/1/fd; true' 7</etc/passwd 8<$TMP/victim
            minic run -d --name $N --rootfs $ROOTFS sleep 1000 >/dev/null
            minic exec $N ls /proc/self/fd 7<$TMP/victim
            for i in $(seq 3 20); do
              minic run --name ${N}a --rootfs $ROOTFS -w /proc/self/fd/$i sh -c 'ls; ls ..' 9<$TMP/victim
              minic exec --cwd /proc/self/fd/$i $N sh -c 'ls; ls ..' 9<$TMP/victim
              minic exec --cwd /proc/self/fd/$i/../.. $N ls $TMP/victim 9<$TMP/victim
            done 2>/dev/null
            minic delete -f $N
            """).Output.Should().Be("0\n1\n2\n0\n1\n2\n3\n", "3 is the directory that ls reads");
    }

    // Without a tmpfs on /dev the image provides it; and what hides a path came from there.
    [Theory]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/nonexistent")]
    [InlineData("/etc/passwd")]
    public void CVE_2025_31133_what_hides_a_path_is_not_the_images(string target)
    {
        var world = Make();
        Write(world, "sh -c", spec => spec with
        {
            Process = spec.Process! with
            {
                Args = ["sh", "-c",
                    "for f in /proc/keys /proc/timer_list; do stat -c '%t:%T' $f; done; echo 1 2>/dev/null > "
                        + "/proc/sysrq-trigger || echo denied"],
            },
            Mounts = [.. spec.Mounts!.Where(m => !m.Destination.StartsWith("/dev", StringComparison.Ordinal))],
        });
        world.Sh(
            $"cp -a $ROOTFS image; mkdir -p image/dev; rm -f image/dev/null; ln -s {target} image/dev/null; minic run "
                + "-b bundle $N").Output.Should().Be("1:3\n1:3\ndenied\n");
    }

    [Fact]
    public void CVE_2025_52565_the_console_is_the_terminal_and_not_what_the_image_has_at_its_path()
    {
        var world = Make();
        // The image's /dev/pts/0 would be bound on /dev/console, before anything is hidden: here it is a link to the
        // trigger.
        world.Sh("""
            cp -a $ROOTFS image; mkdir -p image/dev/pts; ln -s /proc/sysrq-trigger image/dev/console
            script -qec "\"$MINIC\" --root $STATE run --name $N --rootfs image -t sh -c 'stat -c %t:%T /dev/console; readlink /proc/self/fd/0; echo 1 2>/dev/null > /proc/sysrq-trigger || echo denied'" /dev/null </dev/null | sed 's/\^@//' | tr -d '\r'
            """).Output.Should().Be("88:0\n/dev/pts/0\ndenied\n");
    }

    [Theory]
    [InlineData("$TMP/victim")]
    [InlineData("/..$TMP/victim")]
    [InlineData("../../../../../..$TMP/victim")]
    public void CVE_2026_41579_links_and_nodes_of_dev_are_made_in_the_container(string target)
    {
        var world = Make();
        Write(world, "true", spec => spec with
        {
            Mounts = [.. spec.Mounts!.Where(m => !m.Destination.StartsWith("/dev", StringComparison.Ordinal))],
        });
        world.Sh(Victim
            + $"cp -a $ROOTFS image; rm -rf image/dev; ln -s {target} image/dev; minic run -b bundle $N; ls victim; "
            + "cat victim/ptmx").Output.Should().Be("ptmx\nmine\n");
    }

    private static Mount Bind(string source, string destination) => new()
    {
        Destination = destination,
        Type = "bind",
        Source = source,
        Options = ["bind"],
    };

    // A bundle whose root is $TMP/image.
    private static void Write(MinicWorld world, string command, Func<Spec, Spec> change, string name = "bundle")
    {
        Directory.CreateDirectory($"{world.Temporary}/{name}");
        File.WriteAllText($"{world.Temporary}/{name}/config.json",
            SpecJson.Write(change(DefaultSpec.Create("../image", command.Split(' ')))));
    }
}
