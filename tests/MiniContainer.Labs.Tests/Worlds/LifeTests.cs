// Worlds come and go: what up makes, down takes away, however either was interrupted.

using System.Diagnostics;
using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Tests.Worlds;

public class LifeTests
{
    [Fact]
    public void What_comes_up_goes_down_and_leaves_nothing()
    {
        Lab.Require();
        IReadOnlyList<string> namespaces;
        string path;
        long end;
        using (var world = new OwnWorld())
        {
            path = world.Path;
            namespaces = Bound(path);
            namespaces.Should().HaveCount(2 * MiniContainer.Nodes.Model.Node.Kinds.Count).And.OnlyHaveUniqueItems();
            Inside(namespaces).Should().HaveCount(2, "there is a web server and a name server");
            end = Environment.TickCount64;
        }

        Directory.Exists(path).Should().BeFalse();
        File.ReadAllText("/proc/self/mountinfo").Should().NotContain(path);
        StillInside(namespaces, end).Should().BeEmpty();
    }

    [Fact]
    public void Up_and_down_may_be_said_twice()
    {
        using var world = new OwnWorld();
        var before = Bound(world.Path);
        Lab.Do("world", "up", "--name", world.Name).Should().Be($"world {world.Name} is up already");
        Bound(world.Path).Should().Equal(before, "a world that is up stays as it is");
        Lab.Do("world", "down", "--name", world.Name).Should().Be($"world {world.Name} is down");
        Lab.Do("world", "down", "--name", world.Name).Should().Be($"world {world.Name} is not up");
    }

    [Fact]
    public void Two_worlds_are_separate()
    {
        using var one = new OwnWorld();
        using var two = new OwnWorld();
        Bound(one.Path).Should().NotIntersectWith(Bound(two.Path));
        one.Do("hostname changed; echo one > /run/here; echo one > /etc/here; mount -t tmpfs none /mnt; touch "
            + "/mnt/here");
        two.Do("hostname; ls /run/here /etc/here /mnt/here 2>/dev/null || echo none").Should().Be("host\nnone");
        one.Do("hostname; cat /run/here /etc/here; ls /mnt").Should().Be("changed\none\none\nhere");
        (File.Exists("/run/here") || File.Exists("/etc/here") || File.Exists("/mnt/here")).Should()
            .BeFalse("the machine sees none of it");
    }

    [Fact]
    public void Down_takes_the_cgroups_along_that_only_its_processes_were_in()
    {
        Lab.Require("setsid");
        var world = new OwnWorld();
        var above = Cgroups.Hierarchies()[0].Own;
        var (left, shared) = ($"{above}/{world.Name}", $"{above}/{world.Name}-shared");
        using var outside = Process.Start("sleep", "1000");
        try
        {
            Directory.CreateDirectory(left);
            Directory.CreateDirectory(shared);
            foreach (var path in (string[])[left, shared])
                world.Do(
                    $"setsid sh -c 'echo $$ > {path}/cgroup.procs && exec sleep 1000' < /dev/null > /dev/null 2>&1 & "
                        + $"until grep -q . {path}/cgroup.procs; do sleep 0.01; done");
            Knob.Write($"{shared}/cgroup.procs", outside.Id.ToString(CultureInfo.InvariantCulture));
            world.Dispose();
            Directory.Exists(left).Should().BeFalse();
            Cgroups.Processes(shared).Should().Equal([outside.Id], "somebody else is in there");
        }
        finally
        {
            outside.Kill();
            Cgroups.Remove(left);
            Cgroups.Remove(shared);
        }
    }

    [Fact]
    public void Down_ends_what_was_left_running()
    {
        Lab.Require("setsid");
        var world = new OwnWorld();
        var namespaces = Bound(world.Path);
        world.Do("setsid sleep 1000 < /dev/null > /dev/null 2>&1 &");
        Inside(namespaces).Should().HaveCount(3);
        var end = Environment.TickCount64;
        world.Dispose();
        StillInside(namespaces, end).Should().BeEmpty();
    }

    [Fact]
    public void Down_ends_what_has_left_every_other_namespace_and_its_parents()
    {
        Lab.Require("setsid", "unshare");
        Assert.SkipUnless(File.Exists("/proc/self/ns/time"), "needs time namespaces");
        var world = new OwnWorld();
        var pid = world.Do("setsid unshare --net --uts --mount --pid --ipc --fork sleep 1000 < /dev/null > /dev/null "
            + "2>&1 & until pgrep -P $! sleep; do sleep 0.02; done").Split('\n')[^1];
        IReadOnlyList<string> own = [Link($"/proc/{pid}/ns/net")];
        Inside(own).Should().NotBeEmpty();
        var end = Environment.TickCount64;
        world.Dispose();
        StillInside(own, end).Should().BeEmpty();
    }

    [Fact]
    public void Down_ends_the_worlds_within()
    {
        var world = new OwnWorld();
        var inner = world.Do($"{Lab.Shell} world up >&2; {Lab.Shell} world run -- sh -c 'for k in net uts mnt; do "
            + $"readlink /proc/self/ns/$k; done'; {Lab.Shell} world run --in internet -- readlink /proc/self/ns/net")
                .Split('\n');
        inner.Should().HaveCount(4).And.NotIntersectWith(Bound(world.Path));
        Inside(inner).Should().HaveCount(2, "the inner internet's servers");
        var end = Environment.TickCount64;
        world.Dispose();
        StillInside(inner, end).Should().BeEmpty();
    }

    // In a world of their own: --all must not mean the worlds of others.
    [Fact]
    public void A_killed_run_leaves_nothing_after_down_all()
    {
        Lab.Require();
        Lab.InOwnWorld($$"""
            {{Lab.Shell}} world run -- sh -c 'echo up > /var/tmp/lab-$0; exec sleep 1000' $$ & pid=$!
            while [ ! -e /var/tmp/lab-$$ ]; do sleep 0.01; done; rm /var/tmp/lab-$$
            ls /run/minic-lab | wc -l
            kill -KILL $pid; wait $pid || echo $?
            ls /run/minic-lab | wc -l
            {{Lab.Shell}} world down --all >&2
            ls -d /run/minic-lab 2>/dev/null || echo gone
            awk '$5 ~ "minic-lab"' /proc/self/mountinfo | wc -l
            """).Should().Be("1\n137\n1\ngone\n0");
    }

    [Fact]
    public void A_killed_run_leaves_nothing_after_the_next_up()
    {
        Lab.Require();
        Lab.InOwnWorld($$"""
            {{Lab.Shell}} world run -- sh -c 'echo up > /var/tmp/lab-$0; exec sleep 1000' $$ & pid=$!
            while [ ! -e /var/tmp/lab-$$ ]; do sleep 0.01; done; rm /var/tmp/lab-$$
            kill -KILL $pid; wait $pid || echo $?
            {{Lab.Shell}} world up --name next >&2
            ls /run/minic-lab
            """).Should().Be("137\nnext");
    }

    [Fact]
    public void An_up_that_is_killed_anywhere_is_made_good_by_the_next()
    {
        Lab.Require();
        var delays = Enumerable.Range(0, 12).Select(i => (0.02 * i).ToString(CultureInfo.InvariantCulture));
        Lab.InOwnWorld($$"""
            for delay in {{string.Join(' ', delays)}}; do
                {{Lab.Shell}} world up >&2 & pid=$!
                sleep $delay; kill -KILL $pid 2>/dev/null || :; wait $pid || :
                {{Lab.Shell}} world run -- true
                {{Lab.Shell}} world up >&2
                {{Lab.Shell}} world run -- cat /proc/sys/kernel/hostname
                {{Lab.Shell}} world down --all >&2
                ls -d /run/minic-lab 2>/dev/null || :
            done
            """).Should().Be(string.Join('\n', Enumerable.Repeat("host", 12)));
    }

    [Fact]
    public void A_name_that_is_no_name_is_refused()
    {
        var ended = Lab.Run("world", "up", "--name", "../there");
        ended.Code.Should().Be(125);
        ended.Errors.Should().StartWith("lab: name the world \"../there\": it is no plain name.");
        Directory.Exists("/run/there").Should().BeFalse();
    }

    private static IReadOnlyList<string> Bound(string path) =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' '))
            .Where(w => w[4].StartsWith(path + "/", StringComparison.Ordinal)).Select(w => w[3])];

    // The kernel gives the numbers of its namespaces to others at once: whoever began later is in one of those. 100
    // ticks a second.
    private static IEnumerable<string> StillInside(IReadOnlyList<string> namespaces, long end) =>
        Inside(namespaces)
            .Where(d => Processes.Stat(int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture))?.StartTime
                * 10 <= (ulong)end);

    private static IReadOnlyList<string> Inside(IReadOnlyList<string> namespaces) =>
        [.. Directory.EnumerateDirectories("/proc", "?*")
            .Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])
                && new[] { "net", "uts", "mnt" }.Any(k => namespaces.Contains(Link($"{d}/ns/{k}"))))];

    private static string Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
