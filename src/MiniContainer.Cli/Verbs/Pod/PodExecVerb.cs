// minic pod exec: a further process in a container of a pod (labs 11-exec, 21-pod).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod exec</c>.</summary>
internal sealed class PodExecVerb : PodVerb
{
    private readonly ProcessOptions process = new();
    private readonly ProfileFlags profile = new();
    private readonly Option<string> container;
    private readonly PlayFlags play = new();
    private readonly Argument<string> name;

    public PodExecVerb(GlobalOptions globals)
        : base("exec", "Run a further command in a container of a pod.", globals)
    {
        Synopsis = ["minic pod exec [OPTIONS] POD CMD [ARG...]", "minic pod exec POD [OPTIONS] [--] CMD [ARG...]"];
        OptionsAfterName = true;
        Examples = [("minic pod exec -it web sh", "A shell in web's last container."),
            ("minic pod exec -c httpd web ps", "In the one named httpd.")];
        container = Text("--container", "NAME", "The container; where not given, the last in the manifest that runs.",
            "-c");
        Add(container);
        foreach (var option in process.All.Concat(profile.All))
            Add(option);
        play.AddTo(this);
        Add(name = PodName());
        Add(process.Command);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        play.Begin(parsed);
        using var measured = profile.Begin(parsed, "minic pod exec");
        var root = Globals.Root(parsed);
        var pod = PodState.Load(root, parsed.GetValue(name)!);
        var target = pod.Container(parsed.GetValue(container));
        if (!target.Process.Alive)
            throw new MinicException($"run a command in {pod.Name}/{target.Name}",
                $"it is not running: {target.Status}",
                $"minic pod logs --container {target.Name} {pod.Name} shows what it printed.");
        var bundle = Bundle.Load(Path.Combine(pod.Directory, "containers", target.Name));
        var what = process.Build(parsed, this, pod.Name, target.Process.Pid, bundle.Spec.Process!);
        var join = Execs.Target(target.Process, target.CgroupPaths, bundle.Spec, bundle.RootPath);
        if (play.Reads(parsed))
            return play.Tell(parsed, $"minic pod exec in {pod.Name}/{target.Name}", Execs.MakePlan(join, what),
                Execs.ByHandDirectory(pod.Directory), waits: true);
        using var supervisor = new Supervisor();
        using var terminal = ProcessTerminal.For(what.Terminal, detached: false, path: null);
        using var executed = Execs.Start(target.Process, join, what, root, pod.Directory, foreground: true,
            terminal.Socket,
            PlayObserver.Of(play.Watch, profile.Watch));
        using var master = terminal.Receive();
        return supervisor.Wait(executed.Child, master);
    }
}
