// minic exec: a further process in a container that runs (lab 11-exec; setns(2)).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>exec</c>.</summary>
internal sealed class ExecVerb : RuntimeVerb
{
    private readonly ProcessOptions process = new("-c");
    private readonly ProfileFlags profile = new();
    private readonly Option<bool> detach = Flag("--detach", "Return when the command runs.", "-d");
    private readonly Option<string> consoleSocket = Text("--console-socket", "PATH",
        "The UNIX socket to which the terminal's master side is sent.");
    private readonly Option<string> pidFile = Text("--pid-file", "FILE", "Write the process's pid to FILE.");
    private readonly Option<string> pidFdSocket = Text("--pidfd-socket", "PATH",
        "The UNIX socket to which the process's pidfd is sent.");
    private readonly Option<int> preserveFds = PreservedDescriptors.Option();
    private readonly Option<bool> ignorePaused = Flag("--ignore-paused",
        "Be content with a paused container: the command runs once that is resumed.");
    private readonly Option<string[]> cgroup = Texts("--cgroup", "[CTRL:]PATH",
        "Join a cgroup below the container's, which must be there; for each controller another one in version 1.");
    private readonly PlayFlags play = new();
    private readonly Argument<string> id;

    public ExecVerb(GlobalOptions globals)
        : base("exec",
            "Run a further command in a container that runs, with the environment, user and capabilities of its "
                + "config.json.", globals)
    {
        Synopsis = ["minic exec [OPTIONS] ID CMD [ARG...]", "minic exec [OPTIONS] --process FILE ID"];
        Examples =
        [
            ("minic exec -it box sh", "A shell in box."),
            ("minic exec -u 1000 -e LANG=C --cwd /tmp box ls -la",
                "What follows the id is the command's own; no -- is needed."),
        ];
        foreach (var option in process.All)
            Add(option);
        Option[] own = [detach, consoleSocket, pidFile, pidFdSocket, preserveFds, ignorePaused, cgroup];
        foreach (var option in own.Concat(profile.All))
            Add(option);
        play.AddTo(this);
        Add(id = ContainerIdArgument(c => c.Status == ContainerStatus.Running));
        Add(process.Command);
    }

    /// <inheritdoc/>
    /// <remarks>Not 1, with which many a command ends, nor 127, which a shell in the container may mean.</remarks>
    public override int? FailureCode(IReadOnlyList<string> words) => 255;

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        using var measured = profile.Begin(parsed, "minic exec");
        var container = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!);
        Check(container, parsed.GetValue(ignorePaused));
        var bundle = Bundle.Load(container.Header.Bundle);
        var what = process.Build(parsed, this, container.Id, container.Init!.Pid, bundle.Spec.Process!);
        var target = Execs.Target(container.Init!, container.CgroupPaths, bundle.Spec, bundle.RootPath) with
        {
            Unit = container.Unit,
            PreserveFds = PreservedDescriptors.Check(parsed.GetValue(preserveFds)),
            PidFdSocket = parsed.GetValue(pidFdSocket) is { Length: > 0 } socket ? socket : null,
            State = new HookState(Spec.CurrentVersion, container.Id, bundle.Directory)
            {
                Annotations = bundle.Spec.Annotations,
            },
        };
        if (parsed.GetValue(cgroup) is { Length: > 0 } below)
        {
            container.NeedCgroup($"read --cgroup {string.Join(' ', below)}");
            target = target with
            {
                CgroupFiles = [.. SubCgroups.Of([.. container.CgroupPaths], below, Cgroups.Hierarchies())
                    .Select(Execs.JoinFile)],
            };
        }

        if (play.Reads(parsed))
            return play.Tell(parsed, $"minic exec in {container.Id}", Execs.MakePlan(target, what),
                Execs.ByHandDirectory(container.Directory), waits: !parsed.GetValue(detach));
        using var supervisor = parsed.GetValue(detach) ? null : new Supervisor();
        using var owners = parsed.GetValue(detach) ? null : StandardStreams.KeepOwners();
        using var terminal = ProcessTerminal.For(what.Terminal, parsed.GetValue(detach),
            parsed.GetValue(consoleSocket));
        using var executed = Execs.Start(container.Init!, target with { BareNewlines = terminal.BareNewlines }, what,
            container.Root, container.Directory, supervisor is not null, terminal.Socket,
            PlayObserver.Of(play.Watch, profile.Watch));
        return Attend(executed.Child, supervisor, terminal, parsed.GetValue(pidFile));
    }

    // Its namespaces are all there from create on; the command may run before start, as with runc.
    private static void Check(Container container, bool ignorePaused)
    {
        // The refusals are in runc's words.
        var doing = $"run a command in container {container.Id}";
        switch (container.Status)
        {
            case ContainerStatus.Running or ContainerStatus.Created:
                return;
            case ContainerStatus.Paused when ignorePaused:
                return;
            case ContainerStatus.Paused:
                throw new MinicException(doing, "cannot exec in a paused container",
                    $"minic resume {container.Id} first; with --ignore-paused the command waits for that.");
            case ContainerStatus.Creating:
                throw new MinicException(doing, "it is creating, not running", "Wait until minic create returns.");
            default:
                throw new MinicException(doing, "cannot exec in a stopped container",
                    $"minic delete {container.Id} removes it.");
        }
    }

    private static int Attend(Child child, Supervisor? supervisor, ProcessTerminal terminal, string? pidFile)
    {
        try
        {
            PidFile.Write(pidFile, child.Pid);
            using var master = terminal.Receive();
            return supervisor?.Wait(child, master) ?? 0;
        }
        catch
        {
            _ = Processes.Signal(child.PidFd, 9);
            _ = Processes.Reap(child.Pid);
            throw;
        }
    }
}
