// The plan of a place: a child in new namespaces arranges its mounts, says so, and waits while another child binds the
// namespaces to files. Then it ends: a bound namespace needs nobody inside. Labs 02-uts, 06-mounts and 13-netns.
//
//     lab                       host (its tape)                    pins (its tape)
//     clone3 NEWNET|NEWNS|... -> rprivate, /etc, /sys, /tmp, /run
//     read(status) <----------- write(status), read(go)
//     clone3 ---------------------------------------------------> mount --bind /proc/PID/ns/net .../host/net ...
//     close(go) --------------> end of file: it ends
//
// A lab that dies anywhere here leaves a child that reads end of file, and files that `lab world down` removes.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Labs.Worlds;

/// <summary>Plans places.</summary>
internal static class PlacePlanner
{
    private const string Temporary = "/tmp";
    private const string State = "/run";
    private const ulong CLONE_NEWTIME = 0x80; // Newer than Tmds.LibC; clone3(2) alone can do it.

    /// <summary>The directories that a place has for itself: what the machine has there is not seen, but for the checkout.</summary>
    public static readonly IReadOnlyList<string> Own = [Temporary, State];

    private static readonly ulong Harmless = (ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC;

    /// <summary>The flag of a kind of namespaces, for clone3(2) and setns(2).</summary>
    public static ulong Flag(string kind) => kind switch { "net" => (ulong)CLONE_NEWNET, "uts" => (ulong)CLONE_NEWUTS, "time" => CLONE_NEWTIME, _ => (ulong)CLONE_NEWNS };

    /// <summary>Adds a child in the new namespaces of a place.</summary>
    public static void Add(Plan plan, Place place)
    {
        IReadOnlyList<string> descriptors = ["null", "null", "null", "go", "status"];
        plan.Add(new CloneChild(place.Name, Place.Kinds.Aggregate(0UL, (flags, kind) => flags | Flag(kind)), descriptors) { Why = "A place is a set of namespaces; they are born with a process." });
        var tape = new TapeWriter(plan, place.Name, descriptors);
        tape.Story.Propagation("/", (ulong)(MS_PRIVATE | MS_REC), "First of all: nothing that is mounted here may show on the machine.");
        tape.Story.SetHostname(place.Name, "So that a prompt tells where one is.");
        AddEtc(tape, place);
        AddSys(tape);
        AddTmp(tape);
        AddRun(tape, place);
        tape.Story.Report("status", "The mounts are as they should be.");
        plan.Add(new AwaitReady(place.Name) { Why = "Before anyone may come in by the files." });
        tape.Story.Await("go", "The namespaces would go with their last process; nobody has bound them yet.");
    }

    /// <summary>Adds the child that binds the namespaces of places to their files.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="world">The world.</param>
    /// <param name="pids">A process in each of its places, in their order.</param>
    public static void AddPins(Plan plan, World world, IReadOnlyList<int> pids)
    {
        IReadOnlyList<string> descriptors = ["null", "null", "null", "status"];
        plan.Add(new CloneChild("pins", 0, descriptors) { Why = "A mount namespace cannot be bound within itself, only in one that is older." });
        var tape = plan.Tape("pins", descriptors);
        tape.Mount(world.Path, world.Path, null, (ulong)MS_BIND, null, "All that is mounted below can be unmounted with it at once: each unmount waits for a grace period.");
        foreach (var (place, pid) in world.Places.Zip(pids))
        {
            foreach (var kind in Place.Kinds)
            {
                var source = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/{kind}");
                tape.Mount(source, place.Pin(kind), null, (ulong)MS_BIND, null, "A bound namespace lives without processes in it.", "13-netns");
            }
        }

        tape.Report("status", "All are bound.");
        plan.Add(new AwaitReady("pins") { Why = "From here on the places do without their first processes." });
    }

    // The machine's /etc can be read, and what is written stays in the place: resolv.conf from the start, CNI
    // configurations and hosts files later. Overlays may be stacked two deep only: a world within a world on an overlay,
    // as in a Docker container, has the outer world's /etc instead, whose resolv.conf is the same.
    private static void AddEtc(TapeWriter tape, Place place)
    {
        var resolv = $"{place.Etc}/upper/resolv.conf";
        tape.Story.Mount("tmpfs", place.Etc, "tmpfs", 0, "mode=0755", "Not every file system can hold the upper layer of an overlay; this one can.");
        tape.Story.MakeDirectories($"{place.Etc}/upper", 0x1ed, "What the place writes.");
        tape.Story.MakeDirectories($"{place.Etc}/work", 0x1ed, "Overlayfs prepares files here before it shows them.");
        tape.Story.MakeEmptyFile(resolv, 0x1a4, "A plain file, also where the machine has a symbolic link.");
        tape.Story.WriteKnob(resolv, Topology.ResolvConf, "name the name server", "The machine's own cannot be reached from here.", "resolv.conf(5)", "13-netns");
        var data = $"lowerdir=/etc,upperdir={place.Etc}/upper,workdir={place.Etc}/work";
        tape.Step("mount overlay on /etc", "A copy-on-write /etc costs 0.3 ms; a copy would cost 30.", "mount(2)",
            [new TapeCall("mount", "overlay", "/etc", "overlay", 0, data) { Allowed = [Errno.EINVAL, Errno.ENODEV, Errno.EPERM] }],
            $"mount -t overlay -o {data} overlay /etc");
    }

    // /sys/class/net shows the network namespace of whoever mounted sysfs. The machine's mounts below /sys are kept.
    private static void AddSys(TapeWriter tape)
    {
        var trees = MountTable.Below("/sys").Select(point => (Point: point, Tree: tape.Story.OpenTree(point, recursive: true, "It is to be seen in the new sysfs too."))).ToList();
        tape.Step("unmount the machine's /sys", "It shows the machine's links.", "umount2(2)",
            [new TapeCall("umount2", "/sys", TapeArg.Named(MNT_DETACH, "MNT_DETACH")) { Allowed = [Errno.EINVAL] }], "umount -l /sys");
        tape.Story.Mount("sysfs", "/sys", "sysfs", Harmless, null, "It shows the links of the network namespace in which it is mounted.", "13-netns");
        foreach (var (point, tree) in trees)
            tape.Story.Attach(tree, point, "As on the machine.");
    }

    // The C# compiler stays, to be quick the next time, and listens in /tmp whatever TMPDIR says. Found there by the rest of
    // the machine, it would serve others until it ends with this world, and turn them away in the middle of their work.
    private static void AddTmp(TapeWriter tape)
    {
        var trees = OpenStaying(tape, Temporary);
        tape.Story.Mount("tmpfs", Temporary, "tmpfs", 0, "mode=1777", "Sockets that programs of this place listen on are for this place.");
        AttachStaying(tape, trees);
    }

    // A checkout may lie in /tmp or /run, and whoever makes the world may stand there: all that belongs to it is used from
    // inside too. What is in our own directory belongs to worlds.
    private static List<(string Point, int Tree)> OpenStaying(TapeWriter tape, string below)
    {
        string[] used = [Catalogue.FindRoot() ?? AppContext.BaseDirectory, CommandRun.Here()];
        return [.. MountTable.Outermost(used.Select(p => p.TrimEnd('/')), below)
            .Where(point => !$"{point}/".StartsWith($"{World.Root}/", StringComparison.Ordinal))
            .Select(point => (point, tape.Story.OpenTree(point, recursive: true, "Soon its path means nothing any more.")))];
    }

    private static void AttachStaying(TapeWriter tape, List<(string Point, int Tree)> trees)
    {
        foreach (var (point, tree) in trees)
        {
            tape.Story.MakeDirectories(point, 0x1ed, "It lies below, and is to be seen as before.");
            tape.Story.Attach(tree, point, "As on the machine.");
        }
    }

    // A /run of its own holds the runtime state of a host: containers, named namespaces, locks. It is a directory of ours
    // and no tmpfs, so that `lab world down` can see from outside what is left in it. Picked up before our own directory
    // is let go of: the copies of other worlds' bound namespaces would keep those alive.
    private static void AddRun(TapeWriter tape, Place place)
    {
        var run = tape.Story.OpenTree(place.Run, recursive: false, "Soon its path means nothing any more.");
        tape.Step($"let go of {World.Root}", "What other worlds have bound there is theirs.", "umount2(2)",
            [new TapeCall("umount2", World.Root, TapeArg.Named(MNT_DETACH, "MNT_DETACH"))], $"umount -l {World.Root}");
        var trees = OpenStaying(tape, State);
        tape.Story.Attach(run, State, "The machine's containers, sockets and locks are not this host's.");
        AttachStaying(tape, trees);
    }
}
