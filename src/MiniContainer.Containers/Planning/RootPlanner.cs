// A container's root file system, as its child builds it (labs 05-chroot, 06-mounts, 07-layers; pivot_root(2),
// mount_namespaces(7); runtime-spec, "Mounts", "Devices", "Masked paths").
//
// The order is the point. Sources of bind mounts are picked up while the host's files can still be seen, and a proc is
// made, which the kernel lets a user namespace do only where one can be seen already. Then comes pivot_root; the old
// root is let go of at once, and only then is a path of the image's followed: a link in it, however nasty, resolves in
// the new root.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the mounts of a container.</summary>
public static class RootPlanner
{
    private static readonly (string Path, uint Major, uint Minor)[] DefaultDevices =
    [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9),
        ("/dev/tty", 5, 0),
    ];

    private static readonly (string Path, string Target)[] DefaultLinks =
    [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"),
        ("/dev/core", "/proc/kcore"), ("/dev/ptmx", "pts/ptmx"),
    ];

    /// <summary>Adds the steps from the mount namespace to the finished root.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="tape">The child's tape.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="setup">What the bundle leaves open.</param>
    /// <param name="root">Its mounts, and what is known of its image.</param>
    /// <param name="changesUser">Whether the child is in another user namespace than minic.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="beforePivot">Adds what is to be done while the host's files can still be seen.</param>
    internal static void Add(Plan plan, ChildTape tape, Bundle bundle, ContainerSetup setup, PlannedRoot root,
        bool changesUser, Facts facts, Action beforePivot)
    {
        var (spec, mounts) = (bundle.Spec, root.Mounts);
        var propagation = MountOptions.PropagationFlags(spec.Linux?.RootfsPropagation ?? "rslave") ?? (ulong)MS_SLAVE;
        var trees = new OpenTrees([], [], [], []);
        // Slaves of the host's mounts would never be their peers again; in a user namespace they must not be.
        if ((propagation & (ulong)MS_SHARED) != 0)
        {
            foreach (var mount in mounts.Where(m => m.Options.IsBind && m.IsEarly))
                trees.Mounts[mount.Index] = BindSources.OpenTree(tape, mount, staysPeer: !changesUser);
        }

        tape.Propagation("/",
            ((propagation & (ulong)MS_PRIVATE) != 0 ? (ulong)MS_PRIVATE : (ulong)MS_SLAVE) | (ulong)MS_REC,
            "What is mounted from here on must not appear on the host.");
        EnterRoot(tape, bundle, setup, root.Path);
        OpenEarly(tape, bundle, setup, root, trees, facts);
        OpenDevices(tape, spec, trees, changesUser || facts.Caller.InUserNamespace);
        beforePivot();
        tape.Umask(0, "Nodes and directories get the modes that they are made with.");
        if (setup.NoPivot)
        {
            HideKernel(tape, bundle, facts);
            tape.MoveRoot("pivot_root cannot replace an initramfs.");
        }
        else
        {
            tape.PivotRoot(
                "From here on every path that begins with / is the container's; the old root is only \".\".");
            tape.DetachOldRoot(
                "Before the first path of the image's is followed: \"/..\" would lead to the old root, and so would "
                    + "/proc/self/cwd. Nothing of the host can be reached from here on.", more: true);
        }

        MountAll(new Mounting(plan, tape, setup.Child, facts), mounts, trees);
        AddDevices(tape, spec, root.Paths, trees);
        if (spec.Process!.Terminal)
            tape.OpenTerminal("console", spec.Process.User?.Uid ?? 0, "/dev/console", Size(spec.Process),
                setup.BareNewlines,
                "The terminal is made in the container's own devpts; minic gets its other end and copies what is "
                    + "typed and shown.");
        Hide(tape, spec, mounts, trees);
        if (spec.Process.Cwd is { Length: > 1 } cwd)
            tape.MakeDirectories(root.Paths.Place(cwd), 0x1ed, "The command begins there, so it must be there.");
        foreach (var mount in mounts.Where(m => m.IsClosedLate))
            tape.Remount(mount.Target, mount.Options.Flags,
                "Until now things had to be made in it: devices, and mount points.");
        if (spec.Root!.Readonly)
            tape.Remount("/", (ulong)MS_RDONLY, "Last: until now things had to be made in it.");
        SetPropagation(tape, propagation, mounts);
        tape.Umask(spec.Process.User?.Umask ?? 0x12 /* 022 */, "The usual mask again.", letsGo: !setup.NoPivot);
    }

    // A shared or unbindable root could neither be pivoted into nor bound from. A mount that has a propagation of its
    // own in config.json keeps it.
    private static void SetPropagation(ChildTape tape, ulong flags, IReadOnlyList<PlannedMount> mounts)
    {
        if ((flags & ((ulong)MS_SHARED | (ulong)MS_UNBINDABLE)) == 0)
            return;
        tape.Propagation("/", flags,
            "As config.json asks: after the last mount, since pivot_root takes no shared root.");
        foreach (var (target, own) in mounts.Where(_ => (flags & (ulong)MS_REC) != 0)
            .SelectMany(m => m.Options.Propagation.Select(p => (m.Target, p))))
            tape.Propagation(target, own, "config.json asks for another one here.");
    }

    // The old root stays where no path leads. But where a bare proc is in the mount namespace the kernel lets a user
    // namespace mount another, without what is masked in the container's; under a mount it does not count. (Unmounted,
    // it would go from the host too, where its parent is shared.)
    private static void HideKernel(ChildTape tape, Bundle bundle, Facts facts)
    {
        foreach (var path in facts.KernelMounts()
            .Where(p => !p.StartsWith(bundle.RootPath + "/", StringComparison.Ordinal)))
        {
            tape.Propagation(path, (ulong)(MS_SLAVE | MS_REC), "What hides it must not appear on the host.");
            tape.Mount("tmpfs", path, "tmpfs", (ulong)MS_RDONLY, "size=4k",
                "Else a user namespace in the container could mount one in which nothing is masked.");
        }
    }

    // Descriptors of what is attached nowhere yet: mounts and cgroups by their place in config.json, device nodes by
    // their path, and the host's /dev/null once for each path that is hidden.
    private sealed record OpenTrees(Dictionary<int, int> Mounts, Dictionary<string, int> Devices,
        Dictionary<int, CgroupMounts.Made> Cgroups, List<int> Nulls);

    internal static (ushort, ushort)? Size(Process process) =>
        process.ConsoleSize is { } size ? ((ushort)size.Height, (ushort)size.Width) : null;

    private static void EnterRoot(ChildTape tape, Bundle bundle, ContainerSetup setup, string root)
    {
        if (setup.Overlay is { } overlay)
        {
            // A colon or comma in a path must be escaped, since both divide the options.
            var data =
                $"lowerdir={string.Join(":", overlay.Lower.Select(Escape))},upperdir="
                    + $"{Escape(overlay.Upper)},workdir={Escape(overlay.Work)}";
            tape.Mount("overlay", overlay.Merged, "overlay", 0, data,
                "The image's layers, read-only, with a writable one on top.", "07-layers");
        }
        else
        {
            tape.Mount(root, root, null, (ulong)MS_BIND | (ulong)MS_REC, null,
                "pivot_root takes only a mount point, so the directory is bound on itself.");
        }

        tape.Chdir(root, "pivot_root(\".\", \".\") works from here.");
    }

    private static string Escape(string path) =>
        path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal)
            .Replace(",", "\\,", StringComparison.Ordinal);

    // What names paths of the host, or has to be made before something that does.
    private static void OpenEarly(ChildTape tape, Bundle bundle, ContainerSetup setup, PlannedRoot root,
        OpenTrees trees, Facts facts)
    {
        foreach (var mount in root.Mounts.Where(m => m.IsEarly && !trees.Mounts.ContainsKey(m.Index)))
        {
            var source = mount.Mount.Source ?? mount.Mount.Type!;
            if (mount.Options.IsBind)
                trees.Mounts[mount.Index] = BindSources.OpenTree(tape, mount, staysPeer: false);
            else if (mount.Mount.Type == "cgroup")
                trees.Cgroups[mount.Index] = CgroupMounts.MakeEarly(tape, mount, bundle.Spec, setup.Id, facts);
            else if (mount.IsGiven)
                trees.Mounts[mount.Index] = tape.GivenMount(BindSources.Name(mount.Index), mount.Mount.Type!, source,
                    mount.Flags, mount.Data);
            else if (mount.NamesHost)
                trees.Mounts[mount.Index] = tape.MakeMountAt(mount.Mount.Type!, source, root.Path, mount.Flags,
                    mount.Data, "Its source and options may be paths of the host, which can still be seen.");
            else
                trees.Mounts[mount.Index] = tape.MakeMount(mount.Mount.Type!, source, mount.Flags, mount.Data,
                    mount.IsOfKernel
                    ? "While the host's can be seen: else a user namespace is refused one."
                    : "Before what comes after it in config.json: mountinfo lists mounts in the order in which they "
                        + "are made.");
        }
    }

    private static void OpenDevices(ChildTape tape, Spec spec, OpenTrees trees, bool inUserNamespace)
    {
        foreach (var _ in spec.Linux?.MaskedPaths ?? [])
            trees.Nulls.Add(
                tape.OpenTree("/dev/null", false, "To hide a file under; the image's own /dev/null may be anything."));
        if (!inUserNamespace || BindsDev(spec))
            return;
        foreach (var path in DefaultDevices.Select(d => d.Path).Concat((spec.Linux?.Devices ?? []).Select(d => d.Path))
            .Distinct())
            trees.Devices[path] = tape.OpenTree(path, false,
                "A user namespace may not make device nodes, but may bind the host's.");
    }

    // What all mounts of a container are planned with.
    private sealed record Mounting(Plan Plan, ChildTape Tape, string Child, Facts Facts);

    private static void MountAll(Mounting all, IReadOnlyList<PlannedMount> mounts, OpenTrees trees)
    {
        var tape = all.Tape;
        foreach (var mount in mounts)
        {
            if (mount.Options.IsBind)
            {
                var tree = mount.IsEarly
                    ? trees.Mounts[mount.Index] : BindSources.OpenTree(tape, mount, staysPeer: false);
                if (mount.VolumeName is { } volume)
                    tape.MakeMountPoint(mount.Target, volume,
                        "A directory is mounted on a directory, a file on a file.");
                else
                    MakeTarget(tape, mount.Target, mount.IsDirectory);
                tape.Attach(tree, mount.Target,
                    "Attached from inside: links in the image cannot lead it out of the root.");
                continue;
            }

            tape.MakeDirectories(mount.Target, 0x1ed, "The image may lack the mount point.");
            if (mount.Mount.Type == "cgroup")
                CgroupMounts.Add(tape, mount, trees.Cgroups.GetValueOrDefault(mount.Index), all.Facts);
            else
                MountNew(all, mount, trees);
            Finish(tape, mount.Target, mount.Options);
        }
    }

    private static void Finish(ChildTape tape, string target, MountOptions options)
    {
        if ((options.TreeSet | options.TreeClear) != 0)
            tape.SetAttributesBelow(target, options.TreeSet, options.TreeClear,
                "The recursive options mean every mount below too.");
        foreach (var flags in options.Propagation)
            tape.Propagation(target, flags, "As config.json asks.");
    }

    private static void MountNew(Mounting all, PlannedMount mount, OpenTrees trees)
    {
        // The descriptor of a script, which has 6 and 7 in use.
        const int Script = 8;
        var (tape, target, copies) = (all.Tape, mount.Target, mount.Options.CopyUp);
        var covered = copies ? tape.OpenDirectory(target, Script, "What is in it will be covered.") : -1;
        Mount(tape, mount, trees);
        if (!copies)
            return;
        var covering = tape.OpenDirectory(target, null, "The same name means what covers it now.");
        MeetingPlan.Add(all.Plan, tape, all.Child,
            [new CopyUp(all.Child, target, covered, covering)
            {
                Why = "A tmpfs is empty at first, and this one is to begin as the directory was.",
            }],
            ("Both directories are open.", "Until their content is copied.", "The child has both open.",
                "The content is copied."));
        tape.CloseDirectories(covered, covering, Script, target, "Nothing else needs them.");
    }

    // proc and sysfs are attached, not mounted by mount(2), which would follow a link.
    private static void Mount(ChildTape tape, PlannedMount mount, OpenTrees trees)
    {
        var (type, source, why) = (mount.Mount.Type!, mount.Mount.Source ?? mount.Mount.Type!, Why(mount.Mount.Type!));
        if (trees.Mounts.TryGetValue(mount.Index, out var tree))
            tape.Attach(tree, mount.Target, why);
        else if (mount.IsOfKernel && ChildTape.CanMakeMount(mount.Flags, mount.Data))
            tape.Attach(
                tape.MakeMount(type, source, mount.Flags, mount.Data,
                    "Apart from where it goes: mount(2) would follow a link there."), mount.Target, why);
        else
            tape.Mount(source, mount.Target, type, mount.Flags, mount.Data, why);
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
        (spec.Mounts
            ?? []).Any(m => Path.TrimEndingDirectorySeparator(m.Destination) == "/dev"
                && MountOptions.Parse(m.Options).IsBind);

    private static void AddDevices(ChildTape tape, Spec spec, ImagePaths paths, OpenTrees trees)
    {
        if (BindsDev(spec))
            return;
        tape.MakeDirectories(paths.Place("/dev"), 0x1ed, "Every container has these devices.");
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
            tape.MakeNode(device.Path, device.Type[0], (uint)(device.Major ?? 0), (uint)(device.Minor ?? 0),
                device.FileMode & 0xfff ?? 0x1b6, (device.Uid ?? 0, device.Gid ?? 0), "As config.json asks.");
        }

        foreach (var (path, target) in DefaultLinks)
            tape.Symlink(target, path, "Every program expects it.");

        void MakeParent(string path)
        {
            if (Path.GetDirectoryName(path) is { Length: > 1 } parent and not "/dev")
                tape.MakeDirectories(paths.Place(parent), 0x1ed, "The node that follows lies in it.");
        }
    }

    private static void Hide(ChildTape tape, Spec spec, IReadOnlyList<PlannedMount> mounts, OpenTrees trees)
    {
        foreach (var path in spec.Linux?.ReadonlyPaths ?? [])
            tape.MakeReadOnly(path, Enclosing(path), "What changes the host's kernel is for looking only.");
        foreach (var (path, tree) in (spec.Linux?.MaskedPaths ?? []).Zip(trees.Nulls))
            tape.Mask(path, tree, "It tells of the host, or reaches it, and has no namespace of its own.");

        // A bind mount's remount sets all flags anew: those of the file system around it must be said again.
        ulong Enclosing(string path) => mounts
            .Where(m => path.StartsWith(m.Target + "/", StringComparison.Ordinal))
            .OrderByDescending(m => m.Target.Length)
            .Select(m => m.Options.Flags & ((ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC))
            .FirstOrDefault();
    }
}
