// The cgroup hierarchies of this machine, and removing what is in them (lab 08-cgroups, cgroups(7), cgroup-v2.rst).
//
//   version 1   one mount per controller: /sys/fs/cgroup/pids, /sys/fs/cgroup/memory …
//   version 2   one mount for all: /sys/fs/cgroup
//   hybrid      version 1, and an empty version 2 at /sys/fs/cgroup/unified

using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>One mounted hierarchy, and the cgroup of a process in it.</summary>
/// <param name="Controllers">"pids", "cpu", "cpuacct" …; "name=systemd"; empty for version 2.</param>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="Own">The directory of the process's cgroup: our own, unless another process was asked for.</param>
public sealed record CgroupHierarchy(IReadOnlyList<string> Controllers, string MountPoint, string Own)
{
    /// <summary>Whether this is the unified hierarchy, version 2.</summary>
    public bool IsV2 => Controllers.Count == 0;

    /// <summary>
    /// In version 2, for an unprivileged user: the cgroups below which they may make some; null for the whole
    /// hierarchy.
    /// </summary>
    public Delegation? Delegation { get; init; }

    /// <summary>In version 2, the cgroup below which controllers can be handed on.</summary>
    public string Limitable =>
        Delegation is { } ours ? (ours.IsAlone ? ours.Own : null) ?? ours.Above ?? ours.Own ?? MountPoint : MountPoint;

    /// <summary>
    /// Whether what is made below <see cref="Limitable"/> can be limited: no process is in it that stays there, and no
    /// limit of our own cgroup is got around.
    /// </summary>
    public bool CanLimit => Delegation is not { } ours
        || !(Limitable == ours.Own && !ours.IsAlone || Limitable == ours.Above && ours.Limit is not null);
}

/// <summary>What of version 2 is a user's own (cgroup-v2.rst, "Delegation").</summary>
/// <remarks>
/// A cgroup that has processes cannot hand controllers on ("No Internal Process Constraint"). Our own has one at least:
/// minic.
/// </remarks>
/// <param name="Own">Our own cgroup, if it is the user's; else null.</param>
/// <param name="IsAlone">Whether it has no process except minic, which can move.</param>
/// <param name="Above">The nearest cgroup above that is the user's and has no processes; else null.</param>
/// <param name="Limit">
/// What limits our own cgroup, and does not hold below <paramref name="Above"/>: "memory.max 30000000"; null for
/// nothing.
/// </param>
public sealed record Delegation(string? Own, bool IsAlone, string? Above, string? Limit);

/// <summary>The doors to cgroups.</summary>
public static class Cgroups
{
    /// <summary>The hierarchies that are mounted here, in the order of /proc/PID/cgroup.</summary>
    /// <param name="pid">Whose cgroups to tell; null for our own.</param>
    public static IReadOnlyList<CgroupHierarchy> Hierarchies(int? pid = null)
    {
        var mounts = MountInfo.Of("cgroup", "cgroup2");
        var result = new List<CgroupHierarchy>();
        foreach (var line in
            File.ReadLines(
                $"/proc/{pid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "self"}/cgroup"))
        {
            var parts = line.Split(':', 3);
            string[] controllers = parts[1].Length == 0 ? [] : parts[1].Split(',');
            var mount = mounts.FirstOrDefault(m => controllers.Length == 0
                ? m.Type == "cgroup2" : m.Type == "cgroup" && controllers.All(c => m.SuperOptions.Contains(c)));
            if (mount is null)
                continue;
            // In a cgroup namespace or a container the mount may begin below the hierarchy's root.
            var own = mount.Root != "/" && parts[2].StartsWith(mount.Root, StringComparison.Ordinal)
                ? parts[2][mount.Root.Length..] : parts[2];
            result.Add(
                new CgroupHierarchy(controllers, mount.Point, Path.TrimEndingDirectorySeparator(mount.Point + own)));
        }

        return result;
    }

    /// <summary>What of version 2 belongs to the user who runs minic.</summary>
    public static Delegation Delegated(CgroupHierarchy hierarchy)
    {
        var isAlone = ProcessesIn(hierarchy.Own).All(p => p == Environment.ProcessId);
        var own = IsOurs(hierarchy.Own) ? hierarchy.Own : null;
        string? limit = null;
        for (var path = hierarchy.Own; path.Length >= hierarchy.MountPoint.Length; path = Path.GetDirectoryName(path)!)
        {
            if (IsOurs(path) && ProcessesIn(path).Count == 0)
                return new(own, isAlone, path, limit);
            limit ??= LimitOf(path);
        }

        return new(own, isAlone, null, null);
    }

    private static readonly string[] LimitFiles =
        ["memory.max", "memory.high", "memory.swap.max", "pids.max", "cpu.max"];

    private static bool IsOurs(string path) =>
        Directories.MayWrite($"{path}/cgroup.procs") && Directories.MayWrite(path);

    private static string? LimitOf(string path) =>
        LimitFiles.Select(file => (file, value: Knob.TryRead($"{path}/{file}")?.Trim()))
            .Where(l => l.value is not null && !l.value.StartsWith("max", StringComparison.Ordinal))
            .Select(l => $"{l.file} {l.value}").FirstOrDefault();

    /// <summary>Whether controllers are in hierarchies of version 1 here; a hybrid machine has them there.</summary>
    public static bool HasV1 => Hierarchies().Any(h => !h.IsV2);

    /// <summary>
    /// The cgroup below which one of ours has a controller: our own, or the root of version 2, which hands the
    /// controller on.
    /// </summary>
    /// <param name="controller">"pids", "memory", "cpu".</param>
    /// <exception cref="MinicException">The machine lacks the controller.</exception>
    public static string Under(string controller)
    {
        var hierarchies = Hierarchies();
        if (hierarchies.FirstOrDefault(h => h.Controllers.Contains(controller)) is { } v1)
            return v1.Own;
        // A cgroup that has processes cannot hand controllers on, and ours has.
        var root = hierarchies.FirstOrDefault(h => h.IsV2)?.MountPoint
            ?? throw new MinicException($"find the controller {controller}", "no hierarchy of cgroups is mounted");
        if (!(Knob.TryRead($"{root}/cgroup.subtree_control") ?? "").Split(' ').Contains(controller))
            Knob.Write($"{root}/cgroup.subtree_control", $"+{controller}");
        return root;
    }

    /// <summary>Makes a cgroup of version 2 and enables controllers in each one on the way down to it.</summary>
    /// <exception cref="MinicException">
    /// A controller is missing, or the cgroup above holds processes of its own.
    /// </exception>
    public static void EnableControllers(string under, string path, IReadOnlyList<string> controllers) =>
        AsOftenAsItGoesAway(() => TryEnableControllers(under, path, controllers));

    private static bool TryEnableControllers(string under, string path, IReadOnlyList<string> controllers)
    {
        var current = under;
        foreach (var name in path[under.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var enabled = (Knob.TryRead($"{current}/cgroup.subtree_control") ?? "").Split(' ');
            var missing = controllers.Where(c => !enabled.Contains(c)).ToList();
            if (missing.Count > 0)
                Knob.Write($"{current}/cgroup.subtree_control", string.Join(" ", missing.Select(c => "+" + c)),
                    create: false);
            current = $"{current}/{name}";
            Directories.MakeAll(current, 0x1ed /* 0755 */);
        }

        return true;
    }

    /// <summary>
    /// Makes a cgroup of version 1, and fills the files that are empty in each cgroup on the way down to it from the
    /// cgroup above.
    /// </summary>
    /// <param name="under">The cgroup above.</param>
    /// <param name="path">The cgroup to make.</param>
    /// <param name="files">
    /// Files that are empty in a new cgroup: no process may join a cpuset without processors and memory nodes.
    /// </param>
    /// <exception cref="MinicException">A directory cannot be made, or a file cannot be written.</exception>
    public static void MakeInheriting(string under, string path, IReadOnlyList<string> files) =>
        AsOftenAsItGoesAway(() => TryMakeInheriting(under, path, files));

    // Another minic that has just removed its container takes away the empty cgroups above it, and one of these may be
    // on our way.
    private static void AsOftenAsItGoesAway(Func<bool> make)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (make() || tries == 1000)
                    return;
            }
            catch (MinicException e) when (e.Errno is Kernel.Errno.ENOENT or Kernel.Errno.ENODEV && tries < 1000)
            {
                // From the top once more.
            }
        }
    }

    private static bool TryMakeInheriting(string under, string path, IReadOnlyList<string> files)
    {
        var above = under;
        foreach (var name in path[under.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var current = $"{above}/{name}";
            Directories.MakeAll(current, 0x1ed /* 0755 */);
            foreach (var file in files)
            {
                if (!string.IsNullOrEmpty(Knob.TryRead($"{current}/{file}")))
                    continue;
                // One above that was taken away and made anew has nothing yet to hand on.
                if (Knob.TryRead($"{above}/{file}") is not { Length: > 0 } value)
                    return false;
                Knob.Write($"{current}/{file}", value);
            }

            above = current;
        }

        return true;
    }

    /// <summary>
    /// The pids of the processes in a cgroup itself, 0 for each that our pid namespace does not show; none if it is
    /// gone.
    /// </summary>
    public static IReadOnlyList<int> ProcessesIn(string path) =>
        [.. Knob.TryReadLines($"{path}/cgroup.procs")
            .Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>The pids of all processes in a cgroup and those below it.</summary>
    public static IReadOnlyList<int> Processes(string path)
    {
        var pids = new List<int>();
        try
        {
            foreach (var directory in Directory.EnumerateDirectories(path))
                pids.AddRange(Processes(directory));
            pids.AddRange(ProcessesIn(path));
        }
        catch (IOException)
        {
            // It went away under our eyes: then no process is in it.
        }

        return pids;
    }

    /// <summary>Kills what is in a cgroup and removes it, with those below.</summary>
    /// <exception cref="MinicException">It is still busy after 10 s, or after what <see cref="Patience"/> has left of
    /// them.</exception>
    public static void Remove(string path)
    {
        var (began, patience) = (System.Diagnostics.Stopwatch.GetTimestamp(), Patience.Left);
        try
        {
            RemoveWithin(path, began, patience);
        }
        catch (MinicException)
        {
            Patience.Spend(began);
            throw;
        }
    }

    private static void RemoveWithin(string path, long began, int patience)
    {
        for (var tries = 0; ; tries++)
        {
            foreach (var directory in Directory.Exists(path) ? Directory.GetDirectories(path) : [])
                RemoveWithin(directory, began, patience);
            var errno = Directories.Remove(path);
            if (errno is 0 or Kernel.Errno.ENOENT)
                return;
            var left = Processes(path);
            if (errno != Kernel.Errno.EBUSY)
                throw MinicException.FromErrno($"remove the cgroup {path}", $"rmdir({TapeArg.Quote(path)})", errno);
            if (System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds > patience)
                throw MinicException.FromErrno($"remove the cgroup {path}", $"rmdir({TapeArg.Quote(path)})", errno,
                    left.Count == 0 ? null : $"SIGKILL has not ended {string.Join(", ", left)}");
            foreach (var pid in left)
            {
                using var pidfd = Kernel.Processes.OpenPidFd(pid);
                if (pidfd is not null)
                    _ = Kernel.Processes.Signal(pidfd, SIGKILL);
            }

            // A process leaves its cgroup a moment after its end is announced.
            Thread.Sleep(tries < 10 ? 1 : 10);
        }
    }
}
