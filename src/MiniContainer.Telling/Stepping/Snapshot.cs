// What the kernel shows at one moment of all that a plan may change, in lines, so that two moments can be compared. It
// is read as a person would read it: from /proc, from the cgroup's files, over netlink, by listing nft's rules.
//
// A child begins as a copy of minic: what it has not changed is the host's, and what it has is told as a difference to
// that. Lab 03-threads; proc(5), rtnetlink(7), nft(8).

using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.Stepping;

/// <summary>The state of the world at one moment.</summary>
internal sealed class Snapshot
{
    /// <summary>The part whose lines are a set and an element of it each.</summary>
    public const string Capabilities = "capabilities";

    private const string Host = "the host";

    private readonly Dictionary<(string Whose, string What), IReadOnlyList<string>> parts = [];

    /// <summary>Looks at what a plan may change.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="children">The children to look at, as far as they are there.</param>
    /// <param name="current">
    /// The step that is played; null for several, of which files in a child's root are not looked at.
    /// </param>
    public static Snapshot Of(IReadOnlyList<Step> steps, IEnumerable<(string Name, int Pid)> children, Step? current)
    {
        var sight = new Snapshot();
        sight.AddHost(steps);
        foreach (var (name, pid) in children)
            sight.AddChild(name, pid, steps, current as ChildStep);
        return sight;
    }

    /// <summary>
    /// Looks at what the undo of a journal may change: of its processes that they are there, and no more.
    /// </summary>
    public static Snapshot OfUndo(Journal journal)
    {
        var sight = new Snapshot();
        sight.AddHost([.. journal.Entries.Select(e => e.Step)]);
        foreach (var entry in journal.Entries)
        {
            if (entry is { Step: CloneChild clone, Facts: { Pid: { } pid, StartTime: { } start } }
                && new ProcessIdentity(pid, start).Alive)
                sight.Add(clone.Child, "process", ProcessSnapshot.Number(pid));
        }

        return sight;
    }

    /// <summary>What is there less and more than at an earlier moment.</summary>
    public Difference Since(Snapshot earlier)
    {
        var changed = new List<DifferencePart>();
        foreach (var (whose, what) in earlier.parts.Keys.Union(parts.Keys))
        {
            // Of a child that has ended only that is told.
            if (whose != Host && what != "process" && !parts.ContainsKey((whose, "process")))
                continue;
            var (then, now) = (earlier.Get(whose, what), Get(whose, what));
            var (gone, come) = (Without(then, now), Without(now, then));
            if (gone.Count + come.Count > 0)
                changed.Add(new DifferencePart(whose, what, Joined(what, gone), Joined(what, come)));
        }

        return new Difference(changed);
    }

    // What a child has not of its own is that of minic.
    private IReadOnlyList<string> Get(string whose, string what) =>
        parts.GetValueOrDefault((whose, what)) ?? parts.GetValueOrDefault((Host, what)) ?? [];

    // As often as a line is there, and not only whether.
    private static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var left = others.CountBy(o => o).ToDictionary();
        return [.. lines.Where(l => !left.TryGetValue(l, out var count) || (left[l] = count - 1) < 0)];
    }

    // "CapBnd SYS_ADMIN" and "CapBnd SYS_BOOT" are two elements of one set.
    private static IReadOnlyList<string> Joined(string what, IReadOnlyList<string> lines) =>
        what != Capabilities ? lines
        : [.. lines.Select(l => l.Split(' ')).GroupBy(w => w[0])
            .Select(set => $"{set.Key} {string.Join(", ", set.Select(w => w[1]))}")];

    private void Add(string whose, string what, params IReadOnlyList<string> lines) => parts[(whose, what)] = lines;

    private void Add(string whose, IEnumerable<(string What, IReadOnlyList<string> Lines)> found)
    {
        foreach (var (what, lines) in found)
            Add(whose, what, lines);
    }

    private void AddHost(IReadOnlyList<Step> steps)
    {
        Add(Host, ProcessSnapshot.Inherited(null));
        Add(Host, "host name", Knob.TryRead("/proc/sys/kernel/hostname") ?? "");
        Add(Host, "mounts", ProcessSnapshot.Mounts(null));
        Add(Host, NetworkSnapshot.Of(null));
        // Listing rules is dear where there are many: a plan that touches none pays nothing.
        if (steps.Any(s => s.ChangesRules))
            Add(Host, "nft rules", NetworkSnapshot.Rules());
        foreach (var kind in steps.SelectMany(s => s.Places).Distinct().GroupBy(FileSnapshot.KindOf))
            Add(Host, kind.Key, [.. kind.SelectMany(FileSnapshot.Of)]);
    }

    private void AddChild(string name, int pid, IReadOnlyList<Step> steps, ChildStep? current)
    {
        using var pidfd = Processes.OpenPidFd(pid);
        if (pidfd is null || Processes.Stat(pid) is null or { State: 'Z' or 'X' })
            return;
        Add(name, "process", ProcessSnapshot.Number(pid));
        Add(name, "descriptors", ProcessSnapshot.Descriptors(pid));
        Add(name, ProcessSnapshot.Inherited(pid));
        if (current?.Child == name)
            Add(name, "files in its root", FileSnapshot.InRoot(pid, current));
        if (Differs("uts") && ProcessNamespaces.HostName(pidfd) is { } called)
            Add(name, "host name", called);
        if (Differs("mnt"))
            Add(name, "mounts", ProcessSnapshot.Mounts(pid));
        if (!Differs("net"))
            return;
        Add(name, NetworkSnapshot.Of(pid));
        var settings = steps.Select(s => s.SettingInside).OfType<(string Child, string Setting)>()
            .Where(s => s.Child == name).Select(s => s.Setting).ToList();
        if (settings.Count > 0)
            Add(name, "settings inside", NetworkSnapshot.Settings(pid, settings));

        bool Differs(string kind) =>
            ProcessNamespaces.Of(pid, kind) is { } theirs && theirs != ProcessNamespaces.Of(null, kind);
    }
}
