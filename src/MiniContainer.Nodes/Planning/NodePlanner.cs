// The plan of a node: a child in new namespaces arranges its mounts, says so, and waits while minic binds the
// namespaces to files. Then it ends: a bound namespace needs no process inside. Labs 02-uts, 06-mounts and 13-netns.
//
//     lab                       host (its tape)
//     clone3 NEWNET|NEWNS|... -> rprivate, /etc, /sys, /tmp, /run
//     read(status) <----------- write(status), read(go)
//     mount --bind /proc/PID/ns/net .../host/net ...
//     write(go) --------------> exit_group(0)
//
// A lab that dies anywhere here leaves a child that reads end of file, and what its journal says.

using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Nodes.Planning;

/// <summary>Plans nodes.</summary>
/// <param name="plan">The plan.</param>
/// <param name="facts">What the machine is like.</param>
/// <param name="home">The directory of all topologies, which no node sees.</param>
internal sealed class NodePlanner(Plan plan, NodeFacts facts, string home)
{
    private const string Temporary = "/tmp";
    private const string State = "/run";
    private const string LostPath = "Soon its path means nothing any more.";

    private static readonly ulong Harmless = (ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC;

    /// <summary>Adds the directories of a node.</summary>
    public void AddDirectories(Node node)
    {
        const uint Mode = 0x1ed; // 0755
        plan.Add(new MakeDirectory(node.Path, Mode) { Tree = true, Why = $"The files of the {node.Name} lie in it." });
        plan.Add(new MakeDirectory(node.Etc, Mode) { Why = "What the node writes to /etc is mounted here." });
        // The files in there are the node's to make, so the undo of the node's directory takes them.
        foreach (var directory in (string[])["lock", "netns"])
        {
            plan.Add(new MakeDirectory($"{node.Run}/{directory}", Mode)
            {
                Kept = true, Why = $"It is to be the node's /run/{directory}, which programs expect.",
            });
        }
    }

    /// <summary>Adds a child in the new namespaces of a node.</summary>
    public void AddProcess(Node node)
    {
        IReadOnlyList<string> descriptors = ["null", "null", "null", "go", "status"];
        var flags = Node.Kinds.Aggregate(0UL, (flags, kind) => flags | Node.Flag(kind));
        plan.Add(new CloneChild(node.Name, flags, descriptors)
        {
            Why = "A node is a set of namespaces; they are born with a process.",
        });
        var tape = new NodeTape(plan, node.Name, descriptors);
        tape.Story.Propagation("/", (ulong)(MS_PRIVATE | MS_REC),
            "First of all: nothing that is mounted here may show on the machine.");
        tape.Story.SetHostname(node.Name, "So that a prompt tells where one is.");
        if (node.ResolvConf is { } resolv)
            AddEtc(tape, node, resolv);
        AddSys(tape);
        AddTmp(tape);
        AddRun(tape, node);
        tape.Story.Report("status", "The mounts are as they should be.");
        plan.Add(new AwaitReady(node.Name) { Why = "Before anyone may come in by the files." });
        tape.Story.Await("go", "The namespaces would go with their last process; they are not bound yet.");
        tape.Step("end", "From here on the node does without its first process.", "_exit(2)",
            [new TapeCall("exit_group", 0)], "exit 0");
    }

    /// <summary>Adds the binding of its namespaces.</summary>
    public void AddPins(Node node)
    {
        plan.Add(new PinNamespaces(node.Name, node.Path, Node.Kinds)
        {
            Why = "A bound namespace lives without processes in it.",
        });
        plan.Add(new Release(node.Name) { Why = "All is bound: its first process may go." });
        plan.Add(new AwaitSuccess(node.Name)
        {
            Why = "A process that has ended holds its number until it is waited for.",
        });
    }

    // The machine's /etc can be read, and what is written stays in the node: resolv.conf from the start, CNI
    // configurations and hosts files later. Overlays may be stacked two deep only: a world within a world on an
    // overlay, as in a Docker container, has the outer world's /etc instead, whose resolv.conf is the same.
    private static void AddEtc(NodeTape tape, Node node, string content)
    {
        var resolv = $"{node.Etc}/upper/resolv.conf";
        tape.Story.Mount("tmpfs", node.Etc, "tmpfs", 0, "mode=0755",
            "Not every file system can hold the upper layer of an overlay; this one can.");
        tape.Story.MakeDirectories($"{node.Etc}/upper", 0x1ed, "What the node writes.");
        tape.Story.MakeDirectories($"{node.Etc}/work", 0x1ed, "Overlayfs prepares files here before it shows them.");
        tape.Story.MakeEmptyFile(resolv, 0x1a4, "A plain file, also where the machine has a symbolic link.");
        tape.Story.WriteKnob(resolv, content, "name the name server", "The machine's own cannot be reached from here.",
            "resolv.conf(5)", "13-netns");
        var data = $"lowerdir=/etc,upperdir={node.Etc}/upper,workdir={node.Etc}/work";
        tape.Step("mount overlay on /etc", "A copy-on-write /etc costs 0.3 ms; a copy would cost 30.", "mount(2)",
            [
                TapeCalls.mount("overlay", "/etc", "overlay", 0, data) with
                {
                    Allowed = [Errno.EINVAL, Errno.ENODEV, Errno.EPERM],
                },
            ],
            $"mount -t overlay -o {data} overlay /etc");
    }

    // /sys/class/net shows the network namespace of the process that mounted sysfs, so the child mounts another one. It
    // keeps the machine's mounts below /sys.
    private void AddSys(NodeTape tape)
    {
        const string Why = "It is to be seen in the new sysfs too.";
        var trees = facts.MountsBelowSys
            .Select(point => (Point: point, Tree: tape.Story.OpenTree(point, recursive: true, Why))).ToList();
        tape.Step("unmount the machine's /sys", "It shows the machine's links.", "umount2(2)",
            [TapeCalls.umount2("/sys", MNT_DETACH) with { Allowed = [Errno.EINVAL] }],
            "umount -l /sys");
        tape.Story.Mount("sysfs", "/sys", "sysfs", Harmless, null,
            "It shows the links of the network namespace in which it is mounted.", "13-netns");
        foreach (var (point, tree) in trees)
            tape.Story.Attach(tree, point, "As on the machine.");
    }

    // The C# compiler stays, to be quick the next time, and listens in /tmp whatever TMPDIR says. Found there by the
    // rest of the machine, it would serve others until it ends with this node, and turn them away in the middle of
    // their work.
    private void AddTmp(NodeTape tape)
    {
        var trees = OpenStaying(tape, Temporary);
        tape.Story.Mount("tmpfs", Temporary, "tmpfs", 0, "mode=1777",
            "Sockets that programs of this node listen on are for this node.");
        AttachStaying(tape, trees);
    }

    // What is used from inside too may lie in /tmp or /run. What is in our own directory belongs to topologies.
    private List<(string Point, int Tree)> OpenStaying(NodeTape tape, string below) =>
        [.. MountTable.Outermost(facts.Used.Select(p => p.TrimEnd('/')), below)
            .Where(point => !$"{point}/".StartsWith($"{home}/", StringComparison.Ordinal))
            .Select(point => (point, tape.Story.OpenTree(point, recursive: true, LostPath)))];

    private static void AttachStaying(NodeTape tape, List<(string Point, int Tree)> trees)
    {
        foreach (var (point, tree) in trees)
        {
            tape.Story.MakeDirectories(point, 0x1ed, "It lies below, and is to be seen as before.");
            tape.Story.Attach(tree, point, "As on the machine.");
        }
    }

    // A /run of its own holds the runtime state of a host: containers, named namespaces, locks. It is a directory of
    // ours and no tmpfs, so that what is left in it can be seen from outside. Picked up before our own directory is let
    // go of: the copies of other topologies' bound namespaces would keep those alive.
    private void AddRun(NodeTape tape, Node node)
    {
        var run = tape.Story.OpenTree(node.Run, recursive: false, LostPath);
        tape.Step($"let go of {home}", "What others have bound there is theirs.", "umount2(2)",
            [TapeCalls.umount2(home, MNT_DETACH)],
            $"umount -l {ShellWord.Quote(home)}");
        var trees = OpenStaying(tape, State);
        tape.Story.Attach(run, State, "The machine's containers, sockets and locks are not this host's.");
        AttachStaying(tape, trees);
    }
}
