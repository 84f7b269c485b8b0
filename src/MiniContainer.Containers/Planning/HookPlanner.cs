// The hooks of config.json as steps, each at its point of the container's life (lab 12-oci; runtime-spec,
// "POSIX-platform Hooks", "Lifecycle" 3 to 9 and 13). RunHook.cs has the table of the points.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans hooks.</summary>
/// <param name="bundle">The bundle.</param>
/// <param name="setup">What the bundle leaves open.</param>
/// <param name="namespaces">CLONE_NEW* of the namespaces in which the container is not with us.</param>
/// <param name="cgroupFiles">The files by which to join its cgroups.</param>
/// <param name="filters">Where compiled filters of system calls are.</param>
/// <param name="command">What the command will be given: its rights and its environment.</param>
public sealed class HookPlanner(Bundle bundle, ContainerSetup setup, ulong namespaces,
    IReadOnlyList<string> cgroupFiles, SeccompCache filters, (Rights Rights, IReadOnlyList<string> Environment) command)
{
    private readonly Hooks hooks = bundle.Spec.Hooks ?? new Hooks();

    /// <summary>Notes the hooks of later moments. The first step of all, since its undo has to be the last.</summary>
    public void Keep(Plan plan)
    {
        var started = setup.Create ? Start() : [];
        var after = setup.Create ? Outside("poststart", hooks.Poststart, "running") : [];
        var stopped = Outside("poststop", hooks.Poststop, "stopped").Select(h => h with { Child = null }).ToList();
        if (started.Count + after.Count + stopped.Count > 0)
            plan.Add(new KeepHooks(started, after, stopped)
            {
                Why = "config.json may have changed when they are due. The first step, so that poststop runs when all "
                    + "others have been undone.",
            });
    }

    /// <summary>
    /// The hooks of the host's side, while the child waits: its namespaces are there, its root is not.
    /// </summary>
    public void AddRuntime(Plan plan)
    {
        foreach (var hook in Outside("prestart", hooks.Prestart, "creating")
            .Concat(Outside("createRuntime", hooks.CreateRuntime, "creating")))
            plan.Add(hook with { Why = "The container's namespaces are there and nothing runs in them yet." });
    }

    /// <summary>The hooks inside the container that see the host's files: the child stops before pivot_root.</summary>
    public void AddCreateContainer(Plan plan, ChildTape tape) =>
        Meet(plan, tape,
            Inside("createContainer", hooks.CreateContainer, "creating", setup.Overlay?.Merged ?? bundle.RootPath),
            "In its root, as with runc. The host's files can still be seen, and from the container's namespaces.");

    /// <summary>The hooks inside the finished container, where <c>start</c> is not a step of its own.</summary>
    public void AddStartContainer(Plan plan, ChildTape tape)
    {
        if (!setup.Create)
            Meet(plan, tape, Start(), "All but the command is in place.");
    }

    /// <summary>The hooks after the command was executed, where <c>start</c> is not a step of its own.</summary>
    public void AddPoststart(Plan plan)
    {
        foreach (var hook in setup.Create ? [] : Outside("poststart", hooks.Poststart, "running"))
            plan.Add(hook with { Why = "The command runs." });
    }

    // The child reports and waits; minic runs the hooks in the child's namespaces, and lets it go on.
    private void Meet(Plan plan, ChildTape tape, List<RunHook> list, string why)
    {
        if (list.Count == 0)
            return;
        MeetingPlan.Add(plan, tape, setup.Child, list.Select(h => h with { Why = why }),
            ("The hooks may run now.", "Until they have run.", "The hooks join what the child has made by then.",
                "The hooks have run."));
    }

    private List<RunHook> Outside(string point, IReadOnlyList<Hook>? list, string status) =>
        [.. (list ?? []).Select(h => Step(point, h, status) with { Cwd = bundle.Directory })];

    private List<RunHook> Inside(string point, IReadOnlyList<Hook>? list, string status, string cwd) =>
        [.. (list ?? []).Select(h => Step(point, h, status) with
        {
            Namespaces = namespaces,
            CgroupFiles = cgroupFiles,
            Env = h.Env ?? command.Environment,
            Cwd = cwd,
        })];

    // It may be a program of the image's, so it gets the rights of the command. With a listener there is none for the
    // hook's calls to be asked of: such a filter is the command's alone.
    private List<RunHook> Start()
    {
        var list = Inside("startContainer", hooks.StartContainer, "created", bundle.Spec.Process!.Cwd)
            .ConvertAll(h => h with { Rights = command.Rights });
        if (list.Count == 0 || bundle.Spec.Linux?.Seccomp is not { } seccomp || SeccompCompiler.Notifies(seccomp))
            return list;
        var filter = SeccompCompiler.Compile(seccomp, filters);
        return [.. list.Select(h => h with { Filter = filter.Program, FilterFlags = filter.Flags })];
    }

    private RunHook Step(string point, Hook hook, string status) =>
        new(point, hook.Path, new HookState(Spec.CurrentVersion, setup.Id, bundle.Directory)
        {
            Annotations = bundle.Spec.Annotations,
        }, status)
        {
            Args = hook.Args ?? [],
            Env = hook.Env,
            Timeout = hook.Timeout,
            Child = setup.Child,
        };
}
