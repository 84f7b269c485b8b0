// A container's root file system, as its child builds it (labs 05-chroot, 06-mounts, 07-layers; pivot_root(2),
// mount_namespaces(7); runtime-spec, "Mounts", "Devices", "Masked paths").
//
// The order is the point. Sources of bind mounts are picked up while the host's files can still be seen, and a proc is made,
// which the kernel lets a user namespace do only where one can be seen already. Then comes pivot_root; the old root is let go
// of at once, and only then is a path of the image's followed: a link in it, however nasty, resolves in the new root.

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the mounts of a container.</summary>
public static class RootPlanner
{
    private static readonly (string Path, uint Major, uint Minor)[] DefaultDevices =
    [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
    ];

    private static readonly (string Path, string Target)[] DefaultLinks =
    [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
        ("/dev/core", "/proc/kcore"), ("/dev/ptmx", "pts/ptmx"),
    ];

    /// <summary>Adds the steps from the mount namespace to the finished root.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="setup">What the bundle leaves open.</param>
    /// <param name="made">The namespaces that the child is in anew.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="beforePivot">Adds what is to be done while the host's files can still be seen.</param>
    public static void Add(Plan plan, ChildTape tape, Bundle bundle, ContainerSetup setup, ulong made, Facts facts, Action beforePivot)
    {
        var spec = bundle.Spec;
        var mounts = (spec.Mounts ?? []).Select(m => (Mount: m, Options: MountOptions.Parse(m.Options))).ToList();
        var propagation = MountOptions.PropagationFlags(spec.Linux?.RootfsPropagation ?? "rslave") ?? (ulong)MS_SLAVE;
        tape.Propagation("/", propagation & ~(ulong)MS_REC, "What is mounted from here on must not appear on the host.");
        EnterRoot(tape, bundle, setup);
        var trees = PickUp(tape, bundle, mounts, made, facts.Caller);
        foreach (var (mount, options) in mounts.Where(m => m.Mount.Type == "cgroup"))
            CgroupMounts.PickUp(tape, trees.Cgroups, Path.TrimEndingDirectorySeparator(mount.Destination), BindSources.AttributesOf(options), spec, setup.Id, facts);
        beforePivot();
        tape.Umask(0, "Nodes and directories get the modes that they are made with.");
        if (setup.NoPivot)
        {
            HideKernel(tape, bundle, facts);
            tape.MoveRoot("pivot_root cannot replace an initramfs.");
        }
        else
        {
            tape.PivotRoot("From here on every path that begins with / is the container's; the old root is only \".\".");
            tape.DetachOldRoot("Before the first path of the image's is followed: \"/..\" would lead to the old root, and so would /proc/self/cwd. Nothing of the host can be reached from here on.", more: true);
        }

        MountAll(new Mounting(plan, tape, bundle, setup.Child, facts), mounts, trees);
        AddDevices(tape, spec, trees);
        if (spec.Process!.Terminal)
            tape.OpenTerminal("console", spec.Process.User?.Uid ?? 0, "/dev/console", Size(spec.Process),
                setup.BareNewlines,
                "The terminal is made in the container's own devpts; minic gets its other end and copies what is typed and "
                + "shown.");
        Hide(tape, spec, mounts, trees);
        if (spec.Process.Cwd is { Length: > 1 } cwd)
            tape.MakeDirectories(cwd, 0x1ed, "The command begins there, so it must be there.");
        foreach (var (mount, options) in mounts.Where(m => IsClosedLate(m.Mount, m.Options)))
            tape.Remount(Path.TrimEndingDirectorySeparator(mount.Destination), options.Flags, "Until now things had to be made in it: devices, and mount points.");
        if (spec.Root!.Readonly)
            tape.Remount("/", (ulong)MS_RDONLY, "Last: until now things had to be made in it.");
        tape.Umask(spec.Process.User?.Umask ?? 0x12 /* 022 */, "The usual mask again.", letsGo: !setup.NoPivot);
    }

    // The old root stays where no path leads. But where a bare proc is in the mount namespace the kernel lets a user namespace
    // mount another, without what is masked in the container's; under a mount it does not count. (Unmounted, it would go from
    // the host too, where its parent is shared.)
    private static void HideKernel(ChildTape tape, Bundle bundle, Facts facts)
    {
        foreach (var path in facts.KernelMounts().Where(p => !p.StartsWith(bundle.RootPath + "/", StringComparison.Ordinal)))
        {
            tape.Propagation(path, (ulong)MS_SLAVE, "What hides it must not appear on the host.");
            tape.Mount("tmpfs", path, "tmpfs", (ulong)MS_RDONLY, "size=4k", "Else a user namespace in the container could mount one in which nothing is masked.");
        }
    }

    // Descriptors of what is attached nowhere yet: mounts by their place in config.json, device nodes and cgroups by
    // their path, and the host's /dev/null once for each path that is hidden.
    private sealed record Trees(Dictionary<int, int> Mounts, Dictionary<string, int> Devices, Dictionary<string, int> Cgroups, List<int> Nulls);

    internal static (ushort, ushort)? Size(Process process) =>
        process.ConsoleSize is { } size ? ((ushort)size.Height, (ushort)size.Width) : null;

    private static void EnterRoot(ChildTape tape, Bundle bundle, ContainerSetup setup)
    {
        var root = bundle.RootPath;
        if (setup.Overlay is { } overlay)
        {
            // A colon or comma in a path must be escaped, since both divide the options.
            var data = $"lowerdir={string.Join(":", overlay.Lower.Select(Escape))},upperdir={Escape(overlay.Upper)},workdir={Escape(overlay.Work)}";
            tape.Mount("overlay", overlay.Merged, "overlay", 0, data, "The image's layers, read-only, with a writable one on top.", "07-layers");
            root = overlay.Merged;
        }
        else
        {
            tape.Mount(root, root, null, (ulong)MS_BIND | (ulong)MS_REC, null, "pivot_root takes only a mount point, so the directory is bound on itself.");
        }

        tape.Chdir(root, "pivot_root(\".\", \".\") works from here.");
    }

    private static string Escape(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    // Sources of bind mounts, and of device nodes, as descriptors of trees that are attached nowhere yet. Two mounts may have one
    // destination, so a mount is known by its place in the list.
    private static Trees PickUp(ChildTape tape, Bundle bundle, List<(Mount Mount, MountOptions Options)> mounts, ulong made, Kernel.Caller caller)
    {
        var spec = bundle.Spec;
        var trees = new Trees([], [], [], []);
        foreach (var ((mount, options), i) in mounts.Select((m, i) => (m, i)).Where(item => item.m.Options.IsBind))
            trees.Mounts[i] = BindSources.PickUp(tape, bundle, mount, i, options, BindSources.IsGiven(mount, options, made, caller));

        foreach (var ((mount, options), i) in mounts.Select((m, i) => (m, i)).Where(m => IsMadeBefore(m.m.Mount, m.m.Options)))
            trees.Mounts[i] = tape.MakeMount(mount.Type!, mount.Source ?? mount.Type!, options.Flags, options.Data.Length > 0 ? options.Data : null, "While the host's can be seen: else a user namespace is refused one.");
        foreach (var _ in spec.Linux?.MaskedPaths ?? [])
            trees.Nulls.Add(tape.OpenTree("/dev/null", false, "To hide a file under; the image's own /dev/null may be anything."));

        if (((made & CloneFlags.NEWUSER) != 0 || caller.InUserNamespace) && !BindsDev(spec))
        {
            foreach (var path in DefaultDevices.Select(d => d.Path).Concat((spec.Linux?.Devices ?? []).Select(d => d.Path)).Distinct())
                trees.Devices[path] = tape.OpenTree(path, false, "A user namespace may not make device nodes, but may bind the host's.");
        }

        return trees;
    }

    // Flags of the file system itself, which nobody gives to these, are left to mount(2).
    private static bool IsMadeBefore(Mount mount, MountOptions options) =>
        !options.IsBind && mount.Type is "proc" or "sysfs" && (options.Flags & ~(0xf | (ulong)MS_RELATIME)) == 0;

    // A new tmpfs is empty: what belongs in it comes after it.
    private static bool IsClosedLate(Mount mount, MountOptions options) => mount.Type == "tmpfs" && !options.IsBind && options.IsReadOnly;

    // What all mounts of a container are planned with.
    private sealed record Mounting(Plan Plan, ChildTape Tape, Bundle Bundle, string Child, Facts Facts);

    private static void MountAll(Mounting all, List<(Mount Mount, MountOptions Options)> mounts, Trees trees)
    {
        var (_, tape, bundle, _, facts) = all;
        foreach (var ((mount, options), i) in mounts.Select((m, i) => (m, i)))
        {
            var target = Path.TrimEndingDirectorySeparator(mount.Destination);
            if (trees.Mounts.TryGetValue(i, out var tree))
            {
                MakeTarget(tape, target, !options.IsBind || facts.IsDirectory(Bundle.Resolve(bundle.Directory, mount.Source!)));
                tape.Attach(tree, target, options.IsBind ? "Attached from inside: links in the image cannot lead it out of the root." : Why(mount.Type!));
                if (!options.IsBind)
                    Finish(tape, target, options);
                continue;
            }

            tape.MakeDirectories(target, 0x1ed, "The image may lack the mount point.");
            if (mount.Type == "cgroup")
                CgroupMounts.Add(tape, trees.Cgroups, target, options, facts);
            else
                MountNew(all, mount, target, options);
            Finish(tape, target, options);
        }
    }

    private static void Finish(ChildTape tape, string target, MountOptions options)
    {
        if ((options.TreeSet | options.TreeClear) != 0)
            tape.SetAttributesBelow(target, options.TreeSet, options.TreeClear, "The recursive options mean every mount below too.");
        foreach (var flags in options.Propagation)
            tape.Propagation(target, flags & ~(ulong)MS_REC, "As config.json asks.");
    }

    private static void MountNew(Mounting all, Mount mount, string target, MountOptions options)
    {
        // The descriptor of a script, which has 6 and 7 in use.
        const int Script = 8;
        var tape = all.Tape;
        var data = SecurityLabels.MountData(options.Data, mount.Type, all.Bundle.Spec.Linux?.MountLabel);
        var covered = options.CopyUp ? tape.OpenDirectory(target, Script, "What is in it will be covered.") : -1;
        tape.Mount(mount.Source ?? mount.Type!, target, mount.Type, IsClosedLate(mount, options) ? options.Flags & ~(ulong)MS_RDONLY : options.Flags, data.Length > 0 ? data : null, Why(mount.Type!));
        if (!options.CopyUp)
            return;
        var covering = tape.OpenDirectory(target, null, "The same name means what covers it now.");
        MeetingPlan.Add(all.Plan, tape, all.Child, [new CopyUp(all.Child, target, covered, covering) { Why = "A tmpfs is empty at first, and this one is to begin as the directory was." }],
            ("Both directories are open.", "Until their content is copied.", "The child has both open.", "The content is copied."));
        tape.CloseDirectories(covered, covering, Script, target, "Nothing else needs them.");
    }

    private static void MakeTarget(ChildTape tape, string target, bool directory)
    {
        if (directory)
        {
            tape.MakeDirectories(target, 0x1ed, "A directory is mounted on a directory.");
            return;
        }

        if (Path.GetDirectoryName(target) is { Length: > 1 } parent)
            tape.MakeDirectories(parent, 0x1ed, "The file that follows lies in it.");
        tape.MakeEmptyFile(target, 0x1a4 /* 0644 */, "A file is mounted on a file.");
    }

    private static string Why(string type) => type switch
    {
        "proc" => "A proc shows the pid namespace of the one who mounts it: now ps shows the container's processes.",
        "devpts" => "Terminals of its own, counted from 0.",
        "sysfs" => "A sysfs shows the devices of the network namespace of the one who mounts it.",
        "mqueue" => "The message queues of the new IPC namespace.",
        "tmpfs" => "Memory that goes away with the container.",
        _ => "As config.json asks.",
    };

    private static bool BindsDev(Spec spec) =>
        (spec.Mounts ?? []).Any(m => Path.TrimEndingDirectorySeparator(m.Destination) == "/dev" && MountOptions.Parse(m.Options).IsBind);

    private static void AddDevices(ChildTape tape, Spec spec, Trees trees)
    {
        if (BindsDev(spec))
            return;
        tape.MakeDirectories("/dev", 0x1ed, "Every container has these devices.");
        foreach (var (path, tree) in trees.Devices)
        {
            MakeParent(path);
            tape.MakeEmptyFile(path, 0x1b6, "Something to bind the host's node on.");
            tape.Attach(tree, path, "The host's node, seen through this mount.");
        }

        foreach (var (path, major, minor) in DefaultDevices.Where(d => !trees.Devices.ContainsKey(d.Path)))
            tape.MakeNode(path, 'c', major, minor, 0x1b6 /* 0666 */, null, "Every program expects it.");
        foreach (var device in (spec.Linux?.Devices ?? []).Where(d => !trees.Devices.ContainsKey(d.Path)))
        {
            MakeParent(device.Path);
            tape.MakeNode(device.Path, device.Type[0], (uint)(device.Major ?? 0), (uint)(device.Minor ?? 0), device.FileMode & 0xfff ?? 0x1b6, (device.Uid ?? 0, device.Gid ?? 0), "As config.json asks.");
        }

        foreach (var (path, target) in DefaultLinks)
            tape.Symlink(target, path, "Every program expects it.");

        void MakeParent(string path)
        {
            if (Path.GetDirectoryName(path) is { Length: > 1 } parent and not "/dev")
                tape.MakeDirectories(parent, 0x1ed, "The node that follows lies in it.");
        }
    }

    private static void Hide(ChildTape tape, Spec spec, List<(Mount Mount, MountOptions Options)> mounts, Trees trees)
    {
        foreach (var path in spec.Linux?.ReadonlyPaths ?? [])
            tape.MakeReadOnly(path, Enclosing(path), "What changes the host's kernel is for looking only.");
        foreach (var (path, tree) in (spec.Linux?.MaskedPaths ?? []).Zip(trees.Nulls))
            tape.Mask(path, tree, "It tells of the host, or reaches it, and has no namespace of its own.");

        // A bind mount's remount sets all flags anew: those of the file system around it must be said again.
        ulong Enclosing(string path) => mounts
            .Where(m => path.StartsWith(m.Mount.Destination + "/", StringComparison.Ordinal))
            .OrderByDescending(m => m.Mount.Destination.Length)
            .Select(m => m.Options.Flags & ((ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC))
            .FirstOrDefault();
    }
}
