// A container's root file system, as its child builds it (labs 05-chroot, 06-mounts, 07-layers; pivot_root(2),
// mount_namespaces(7); runtime-spec, "Mounts", "Devices", "Masked paths").
//
// The order is the point. Sources of bind mounts are picked up while the host's files can still be seen. Then comes
// pivot_root, and everything is mounted from inside: a link in the image, however nasty, resolves in the new root. The old
// root lies on top until the end, since the kernel lets a user namespace mount a proc only where one can be seen already.

using MiniContainer.Containers.Oci;
using MiniContainer.Plans;
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
    /// <param name="tape">The child's tape.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="setup">What the bundle leaves open.</param>
    /// <param name="made">The namespaces that the child is in anew.</param>
    /// <param name="facts">The machine.</param>
    /// <param name="beforePivot">Adds what is to be done while the host's files can still be seen.</param>
    public static void Add(ChildTape tape, Bundle bundle, ContainerSetup setup, ulong made, Facts facts, Action beforePivot)
    {
        var spec = bundle.Spec;
        var mounts = (spec.Mounts ?? []).Select(m => (Mount: m, Options: MountOptions.Parse(m.Options))).ToList();
        var propagation = MountOptions.PropagationFlags(spec.Linux?.RootfsPropagation ?? "rslave") ?? (ulong)MS_SLAVE;
        tape.Propagation("/", propagation & ~(ulong)MS_REC, "What is mounted from here on must not appear on the host.");
        EnterRoot(tape, bundle, setup);
        var trees = PickUp(tape, bundle, mounts, made, spec);
        foreach (var (mount, options) in mounts.Where(m => m.Mount.Type == "cgroup"))
            CgroupMounts.PickUp(tape, trees, Path.TrimEndingDirectorySeparator(mount.Destination), Attributes(options.Flags), spec, setup.Id, facts);
        beforePivot();
        tape.Umask(0, "Nodes and directories get the modes that they are made with.");
        if (setup.NoPivot)
            tape.MoveRoot("pivot_root cannot replace an initramfs.");
        else
            tape.PivotRoot("From here on every path that begins with / is the container's; the old root is only \".\".");
        MountAll(tape, bundle, mounts, trees, facts);
        AddDevices(tape, spec, trees);
        if (spec.Process!.Terminal)
            tape.OpenTerminal("console", (spec.Process.User?.Uid ?? 0, spec.Process.User?.Gid ?? 0), "/dev/console", Size(spec.Process), "The terminal is made in the container's own devpts; minic gets its other end and copies what is typed and shown.");
        foreach (var (name, value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
            tape.WriteKnob("/proc/sys/" + name.Replace('.', '/'), value, $"set {name} to {value}", "Before /proc/sys becomes read-only.", "sysctl(8)", "12-oci");
        Hide(tape, spec, mounts);
        if (spec.Process.Cwd is { Length: > 1 } cwd)
            tape.MakeDirectories(cwd, 0x1ed, "The command begins there, so it must be there.");
        if (!setup.NoPivot)
            tape.DetachOldRoot("Nothing of the host is needed any more; nothing of it can be reached now.");
        if (spec.Root!.Readonly)
            tape.Remount("/", (ulong)MS_RDONLY, "Last: until now things had to be made in it.");
        tape.Umask(spec.Process.User?.Umask ?? 0x12 /* 022 */, "The usual mask again.");
    }

    private static (ushort, ushort)? Size(Process process) =>
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

    // Sources of bind mounts, as descriptors of trees that are attached nowhere yet.
    private static Dictionary<string, int> PickUp(ChildTape tape, Bundle bundle, List<(Mount Mount, MountOptions Options)> mounts, ulong made, Spec spec)
    {
        var trees = new Dictionary<string, int>();
        foreach (var (mount, options) in mounts.Where(m => m.Options.IsBind))
        {
            var recursive = (options.Flags & (ulong)MS_REC) != 0;
            var tree = tape.OpenTree(Bundle.Resolve(bundle.Directory, mount.Source!), recursive, "While the host's files can still be seen.");
            var set = Attributes(options.Flags);
            if ((set | options.TreeSet | options.TreeClear) != 0 || options.Propagation.Count > 0)
            {
                var propagation = options.Propagation.Count > 0 ? options.Propagation[0] & ~(ulong)MS_REC : 0;
                if (set != 0 || propagation != 0)
                    tape.SetAttributes(tree, set, 0, false, propagation, "Before it is attached: there is no moment in which it can be written.");
                if ((options.TreeSet | options.TreeClear) != 0)
                    tape.SetAttributes(tree, options.TreeSet, options.TreeClear, true, 0, "The recursive options mean every mount below too.");
            }

            trees[mount.Destination] = tree;
        }

        if ((made & CloneFlags.NEWUSER) != 0 && !BindsDev(spec))
        {
            foreach (var (path, _, _) in DefaultDevices)
                trees[path] = tape.OpenTree(path, false, "A user namespace may not make device nodes, but may bind the host's.");
        }

        return trees;
    }

    private static ulong Attributes(ulong flags) =>
        ((flags & (ulong)MS_RDONLY) != 0 ? 0x1UL : 0) | ((flags & (ulong)MS_NOSUID) != 0 ? 0x2UL : 0) | ((flags & (ulong)MS_NODEV) != 0 ? 0x4UL : 0)
        | ((flags & (ulong)MS_NOEXEC) != 0 ? 0x8UL : 0);

    private static void MountAll(ChildTape tape, Bundle bundle, List<(Mount Mount, MountOptions Options)> mounts, Dictionary<string, int> trees, Facts facts)
    {
        foreach (var (mount, options) in mounts)
        {
            var target = Path.TrimEndingDirectorySeparator(mount.Destination);
            if (trees.TryGetValue(mount.Destination, out var tree))
            {
                MakeTarget(tape, target, facts.IsDirectory(Bundle.Resolve(bundle.Directory, mount.Source!)));
                tape.Attach(tree, target, "Attached from inside: links in the image cannot lead it out of the root.");
                continue;
            }

            tape.MakeDirectories(target, 0x1ed, "The image may lack the mount point.");
            if (mount.Type == "cgroup")
                CgroupMounts.Add(tape, trees, target, options, facts);
            else
                tape.Mount(mount.Source ?? mount.Type!, target, mount.Type, options.Flags, options.Data.Length > 0 ? options.Data : null, Why(mount.Type!));
            foreach (var flags in options.Propagation)
                tape.Propagation(target, flags & ~(ulong)MS_REC, "As config.json asks.");
        }
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

    private static void AddDevices(ChildTape tape, Spec spec, Dictionary<string, int> trees)
    {
        if (BindsDev(spec))
            return;
        tape.MakeDirectories("/dev", 0x1ed, "Every container has these devices.");
        foreach (var (path, major, minor) in DefaultDevices)
        {
            if (trees.TryGetValue(path, out var tree))
            {
                tape.MakeEmptyFile(path, 0x1b6, "Something to bind the host's node on.");
                tape.Attach(tree, path, "The host's node, seen through this mount.");
            }
            else
            {
                tape.MakeNode(path, 'c', major, minor, 0x1b6 /* 0666 */, null, "Every program expects it.");
            }
        }

        foreach (var device in spec.Linux?.Devices ?? [])
            tape.MakeNode(device.Path, device.Type[0], (uint)(device.Major ?? 0), (uint)(device.Minor ?? 0), device.FileMode & 0xfff ?? 0x1b6, (device.Uid ?? 0, device.Gid ?? 0), "As config.json asks.");
        foreach (var (path, target) in DefaultLinks)
            tape.Symlink(target, path, "Every program expects it.");
    }

    private static void Hide(ChildTape tape, Spec spec, List<(Mount Mount, MountOptions Options)> mounts)
    {
        foreach (var path in spec.Linux?.ReadonlyPaths ?? [])
            tape.MakeReadOnly(path, Enclosing(path), "What changes the host's kernel is for looking only.");
        foreach (var path in spec.Linux?.MaskedPaths ?? [])
            tape.Mask(path, "It tells of the host, or reaches it, and has no namespace of its own.");

        // A bind mount's remount sets all flags anew: those of the file system around it must be said again.
        ulong Enclosing(string path) => mounts
            .Where(m => path.StartsWith(m.Mount.Destination + "/", StringComparison.Ordinal))
            .OrderByDescending(m => m.Mount.Destination.Length)
            .Select(m => m.Options.Flags & ((ulong)MS_NOSUID | (ulong)MS_NODEV | (ulong)MS_NOEXEC))
            .FirstOrDefault();
    }
}
