// Many pods at once, from as many processes; and chaos: minics are killed at random while pods come and go.

using System.Diagnostics;
using System.Globalization;

namespace MiniContainer.Promise.Tests;

[Collection(nameof(ManyPodsTests))]
public class ManyPodsTests(ITestOutputHelper output)
{
    private const string Internet = "203.0.113.1";

    [Fact]
    public void Fifty_pods_started_at_once_by_fifty_processes_reach_the_internet_and_each_other()
    {
        World.Need();
        using var world = World.Make();
        Inputs.Write(world);
        Connect(world);
        const int count = 50;
        for (var i = 0; i < count; i++)
            WebPod(world, i);
        var before = Snapshot.Of(world);
        var clock = Stopwatch.StartNew();
        world.Do(All(count, "m pod run $TMP/w$i.yaml"));
        var up = clock.Elapsed;
        var addresses = Addresses(world);
        addresses.Should().HaveCount(count).And.OnlyHaveUniqueItems();
        // Each fetches a page of the internet, and of the pod after it.
        world.Do(All(count, $"m pod exec w$i$N wget -O /dev/null http://{Internet}/"));
        world.Do("set --; " + string.Join("; ", addresses.OrderBy(a => a.Key).Select(a => $"set -- \"$@\" {a.Value}"))
            + $"; {All(count, "m pod exec w$i$N wget -O - http://$(eval echo \\${$(( (i + 1) % 50 + 1 ))})/")}");
        var reached = clock.Elapsed - up;
        world.Do(All(count, "m pod rm -f w$i$N"));
        var gone = clock.Elapsed - up - reached;
        Settled(world, before);
        Tell("fifty pods",
            string.Create(CultureInfo.InvariantCulture,
                $"fifty pods from fifty processes: up in {up.TotalSeconds:0.0} s, all reached the internet and the "
                    + $"next pod in {reached.TotalSeconds:0.0} s, removed in {gone.TotalSeconds:0.0} s"));
    }

    [Fact]
    public void Pods_survive_minics_that_are_killed_at_random_and_after_gc_nothing_else_is_left()
    {
        World.Need();
        using var world = World.Make();
        Inputs.Write(world);
        Connect(world);
        const int pods = 20;
        for (var i = 0; i < pods; i++)
            WebPod(world, i);
        var before = Snapshot.Of(world);
        var kills = Proof.Stress ? 500 : 60;
        // The shell is busy with its children: a second one in the same world kills, by pid, what is called minic
        // there.
        var done = Chaos(world, pods, kills);
        world.Do("m gc");
        world.Do("m gc").Should().BeEmpty("a second gc finds nothing");
        var survivors = Addresses(world);
        foreach (var (name, address) in survivors)
        {
            world.Do($"m pod exec {name} wget -q -O /dev/null http://{Internet}/");
            world.Do($"m pod exec {name} wget -q -O /dev/null http://{survivors.Values.First()}/");
            world.Do($"wget -q -O /dev/null http://{address}/");
        }

        world.Do("m pod rm -f --all; m gc");
        Settled(world, before);
        Tell("chaos",
            string.Create(CultureInfo.InvariantCulture,
                $"chaos: {done} minics killed while {pods} pods came and went; {survivors.Count} pods survived, and "
                    + $"worked"));
    }

    // Twenty loops make and remove a pod each; a killer takes a random minic of the world, until it has had enough.
    private static int Chaos(World world, int pods, int kills)
    {
        world.Do(
            $"touch /run/tmp/go; i=0; pids=; while [ $i -lt {pods} ]; do (while [ -e /run/tmp/go ]; do m pod run "
                + "$TMP/w$i.yaml; m pod exec w$i$N true; [ -e /run/tmp/go ] && m pod rm -f w$i$N; m gc; done) "
                + "</dev/null >/dev/null 2>&1 & pids=\"$pids $!\"; i=$((i + 1)); done");
        var random = new Random(1);
        var done = 0;
        while (done < kills)
        {
            var victims = Minics(world);
            if (victims.Count == 0)
                continue;
            // A monitor of a pod that is up is a minic too, and may be killed as well.
            using var pidfd = Kernel.Processes.OpenPidFd(victims[random.Next(victims.Count)]);
            if (pidfd is not null && Kernel.Processes.Signal(pidfd, 9))
                done++;
            Thread.Sleep(random.Next(20));
        }

        world.Do("rm /run/tmp/go; wait $pids");
        return done;
    }

    // The processes of the world, by our own pids: those of its pid namespace are other numbers.
    private static List<int> Minics(World world)
    {
        var mine = new FileInfo($"/proc/{world.Pid}/ns/pid").LinkTarget;
        return [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => char.IsAsciiDigit(n![0]))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .Where(p => Kernel.Knob.TryRead($"/proc/{p}/comm")?.Trim() == "minic"
                && new FileInfo($"/proc/{p}/ns/pid").LinkTarget == mine)];
    }

    // The internet: a namespace behind a veth, with a web server. The world itself is the host.
    private static void Connect(World world) => world.Do($"""
        unshare --net sh -c 'echo $$ >/run/tmp/internet; exec sleep 100000' >/dev/null 2>&1 &
        while [ ! -s /run/tmp/internet ]; do sleep 0.01; done
        internet=$(cat /run/tmp/internet); in="nsenter --net=/proc/$internet/ns/net"
        while [ "$(readlink /proc/$internet/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
        ip link set lo up; ip link add uplink type veth peer name eth0 netns $internet
        ip address add 203.0.113.2/24 dev uplink; ip link set uplink up
        $in ip address add {Internet}/24 dev eth0; $in ip link set eth0 up; $in ip link set lo up
        mkdir /run/tmp/www; echo hello >/run/tmp/www/index.html; $in busybox httpd -h /run/tmp/www -p {Internet}:80
        """);

    private static void WebPod(World world, int number) => Inputs.Pod(world, $"w{number}", "",
        """- { name: web, image: ROOTFS, command: [sh, -c, "echo hi >/data/index.html; exec httpd -f -h /data"], volumeMounts: [{ name: data, mountPath: /data }] }""");

    // The same command in as many processes at once; it works if all do.
    private static string All(int count, string command) =>
        $"i=0; pids=; while [ $i -lt {count} ]; do ({command} || echo $i >>/run/tmp/failed) & pids=\"$pids $!\"; "
            + $"i=$((i + 1)); done; wait $pids; [ ! -e /run/tmp/failed ] || {{ cat /run/tmp/failed >&2; rm "
            + $"/run/tmp/failed; false; }}";

    private static Dictionary<string, string> Addresses(World world) => world.Do("m pod ps").Split('\n').Skip(1)
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(w => w.Length > 3 && w[0].StartsWith('w'))
        .ToDictionary(w => w[0], w => w[2].Split(',')[0]);

    private static void Settled(World world, Snapshot before)
    {
        var end = Environment.TickCount64 + 5000;
        string difference;
        while ((difference = Snapshot.Of(world).Difference(before, [])).Length > 0 && Environment.TickCount64 < end)
            Thread.Sleep(20);
        Assert.True(difference.Length == 0, $"something is left:\n{difference}");
    }

    private void Tell(string name, string line)
    {
        Summary.Add(name, line);
        output.WriteLine(line);
    }
}
