// The real minic with a real systemd, as root and as a user who has logged in, and below the engines: for a machine
// that systemd has booted. Elsewhere these tests are skipped.

using System.Diagnostics;

namespace MiniContainer.Cli.Tests.Systemd;

[Collection("minic")]
public sealed class RealSystemdTests : MinicTest
{
    // In the machine's own namespaces, unlike other tests: the unit's processes are systemd's as well.
    private const string Common = """
        left() { systemctl --no-legend --all list-units "*$N*"; find /sys/fs/cgroup -path "*$N*" -type d; minic list -q; }
        show() { systemctl show --value -p $1 minic-$N.scope; }

        """;

    [Fact]
    public void Root_has_a_scope_with_limits_that_outlive_a_reload()
    {
        var world = Booted();
        Sh(world, """
            minic --systemd-cgroup run -d --rootfs $ROOTFS --net none --name $N --pids 20 --memory 64m sleep 1000 >/dev/null
            show ControlGroup; show Slice; show Delegate; show TasksMax; systemctl is-active minic-$N.scope
            systemctl daemon-reload
            minic exec $N sh -c 'cat /proc/self/cgroup' | grep -c .
            grep -c minic-$N.scope /proc/$(minic state $N | grep '"pid"' | tr -dc 0-9)/cgroup | grep -c .
            minic update --pids-limit 30 $N; systemctl daemon-reload; show TasksMax
            find /sys/fs/cgroup -path "*minic-$N.scope/pids.max" -exec cat {} \; | sort -u
            minic pause $N; minic state $N | grep -o paused; minic resume $N
            minic delete --force $N; left
            """).Output.Should().MatchRegex($"""
            ^/system.slice/minic-{world.Name}.scope
            system.slice
            yes
            20
            active
            [0-9]+
            1
            30
            30
            paused
            $
            """);
    }

    [Fact]
    public void A_scope_ends_with_its_command_and_one_of_a_killed_minic_with_gc()
    {
        var world = Booted();
        var told = Sh(world, """
            minic --systemd-cgroup run --rootfs $ROOTFS --net none --name $N sh -c 'exit 7'; echo $?; left
            for at in before between after; do for k in 5 6 7 8 9 10 11 12; do
                MINIC_FAULT=kill:$at:$k minic --systemd-cgroup run -d --rootfs $ROOTFS --net none --name $N sleep 100 >/dev/null 2>&1
                minic gc >/dev/null; minic delete --force $N; sleep 0.2; left
            done; done
            """);
        told.Output.Should().Be("7\n");
    }

    [Fact]
    public void Podman_runs_containers_in_scopes()
    {
        var world = Booted();
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "needs podman: scripts/setup engines");
        Sh(world, """
            podman --runtime $MINIC --cgroup-manager systemd run -d --name $N --net none --rootfs $ROOTFS sleep 1000 >/dev/null
            grep -o 'libpod-.*scope' /proc/$(podman inspect -f '{{.State.Pid}}' $N)/cgroup | sort -u | wc -l
            podman exec $N echo inside
            podman rm -f -t 0 $N >/dev/null
            podman --runtime $MINIC --cgroup-manager systemd run --rm --net none --rootfs $ROOTFS sh -c 'echo hello; exit 7'; echo $?
            systemctl --no-legend list-units 'libpod-*.scope'
            """).Output.Should().Be("1\ninside\nhello\n7\n");
    }

    // A user whose own systemd runs; as is what that user does.
    private const string User = """
        id minic-user >/dev/null 2>&1 || useradd -m minic-user; loginctl enable-linger minic-user
        uid=$(id -u minic-user); until [ -S /run/user/$uid/bus ]; do sleep 0.1; done
        as() { setpriv --reuid $uid --regid $uid --init-groups env -u DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR=/run/user/$uid HOME=/home/minic-user "$@"; }

        """;

    [Fact]
    public void Podman_of_a_user_asks_the_users_systemd()
    {
        var world = Booted();
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "needs podman: scripts/setup engines");
        Assert.SkipUnless(File.Exists("/sys/fs/cgroup/cgroup.controllers"), "needs cgroup version 2");
        Sh(world, User + """
            cp -r $ROOTFS /home/minic-user/$N; chown -R $uid:$uid /home/minic-user/$N; cd /home/minic-user
            as podman --runtime $MINIC --cgroup-manager systemd run -d --name $N --net none --pids-limit 25 --rootfs ~minic-user/$N sleep 1000 >/dev/null
            grep -c "/user@$uid.service/.*/libpod-.*scope" /proc/$(as podman inspect -f '{{.State.Pid}}' $N)/cgroup
            as podman exec $N sh -c 'cat /sys/fs/cgroup/pids.max; exit 5'; echo $?
            as podman rm -f -t 0 $N >/dev/null; as systemctl --user --no-legend list-units 'libpod-*'; rm -r /home/minic-user/$N
            """).Output.Should().Be("1\n25\n5\n");
    }

    // As the kubelet's containerd is told by SystemdCgroup = true.
    [Fact]
    public void Containerd_runs_containers_in_scopes()
    {
        var world = Booted();
        Assert.SkipUnless(File.Exists("/usr/bin/containerd"), "needs containerd: scripts/setup engines");
        Sh(world, """
            printf 'version = 2\nroot = "%s/root"\nstate = "%s/state"\n[grpc]\naddress = "%s/sock"\n' $TMP $TMP $TMP > config.toml
            containerd -c config.toml > log 2>&1 & daemon=$!; until [ -S sock ]; do sleep 0.2; done
            c() { ctr -a sock "$@"; }
            c run -d --runc-binary $MINIC --runc-systemd-cgroup --cgroup system.slice:minic:$N --memory-limit 67108864 --rootfs $ROOTFS $N sleep 1000
            show ControlGroup; show MemoryMax; c tasks exec --exec-id x $N echo inside
            c tasks kill -s KILL $N; until c tasks ls | grep -q STOPPED; do sleep 0.2; done; c tasks rm $N >/dev/null 2>&1; c containers rm $N
            left; kill $daemon; wait $daemon 2>/dev/null
            """).Output.Should().Be($"/system.slice/minic-{world.Name}.scope\n67108864\ninside\n");
    }

    [Fact]
    public void A_user_has_a_scope_of_their_own_systemd()
    {
        var world = Booted();
        Assert.SkipUnless(File.Exists("/sys/fs/cgroup/cgroup.controllers"), "needs cgroup version 2");
        const string script = User + """
            as $MINIC --systemd-cgroup run -d --rootfs $ROOTFS --name $N --pids 20 sleep 1000 >/dev/null
            as systemctl --user show --value -p ControlGroup -p TasksMax minic-$N.scope
            as $MINIC exec $N cat /sys/fs/cgroup/pids.max
            as $MINIC update --pids-limit 30 $N; as systemctl --user show --value -p TasksMax minic-$N.scope
            as $MINIC delete --force $N; as systemctl --user --no-legend list-units "*$N*"
            """;
        var place = $"/user.slice/user-[0-9]+.slice/user@[0-9]+.service/user.slice/minic-{world.Name}.scope";
        Sh(world, script).Output.Should().MatchRegex($"^(20\n)?{place}\n(20\n)?20\n30\n$");
    }

    private MinicWorld Booted()
    {
        Assert.SkipUnless(Directory.Exists("/run/systemd/system"), "needs a machine that systemd has booted");
        return Make();
    }

    private static Outcome Sh(MinicWorld world, string script)
    {
        var start = world.Start("bash", "-c",
            $"minic() {{ \"$MINIC\" --root \"$STATE\" \"$@\"; }}\ncd \"$TMP\"\n{Common}{script}");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = bash.StandardOutput.ReadToEnd();
        bash.WaitForExit(TimeSpan.FromMinutes(2)).Should().BeTrue();
        return new Outcome(bash.ExitCode, output, error.Result);
    }
}
