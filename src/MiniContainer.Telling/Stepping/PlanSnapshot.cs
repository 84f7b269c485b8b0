// What of the world a plan may change, so that --step shows no more and no less than that. Lab 03-threads.

using MiniContainer.Kernel;
using MiniContainer.Observation;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.Stepping;

/// <summary>Looks at what plans change.</summary>
internal static class PlanSnapshot
{
    /// <summary>Looks at what a plan may change.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="children">The children to look at, as far as they are there.</param>
    /// <param name="current">
    /// The step that is played; null for several, of which files in a child's root are not looked at.
    /// </param>
    public static Snapshot Of(IReadOnlyList<Step> steps, IEnumerable<(string Name, int Pid)> children, Step? current)
    {
        var snapshot = new Snapshot();
        AddHost(snapshot, steps);
        foreach (var (name, pid) in children)
            AddChild(snapshot, name, pid, steps, current as ChildStep);
        return snapshot;
    }

    /// <summary>
    /// Looks at what the undo of a journal may change: of its processes that they are there, and no more.
    /// </summary>
    public static Snapshot OfUndo(Journal journal)
    {
        var snapshot = new Snapshot();
        AddHost(snapshot, [.. journal.Entries.Select(e => e.Step)]);
        foreach (var entry in journal.Entries)
        {
            if (entry is { Step: CloneChild clone, Facts: { Pid: { } pid, StartTime: { } start } }
                && new ProcessIdentity(pid, start).Alive)
                snapshot.Add(clone.Child, Snapshot.Process, ProcessSnapshot.Number(pid));
        }

        return snapshot;
    }

    private static void AddHost(Snapshot snapshot, IReadOnlyList<Step> steps)
    {
        snapshot.Add(Snapshot.Host, ProcessSnapshot.Inherited(null));
        snapshot.Add(Snapshot.Host, "host name", Knob.TryRead("/proc/sys/kernel/hostname") ?? "");
        snapshot.Add(Snapshot.Host, "mounts", ProcessSnapshot.Mounts(null));
        snapshot.Add(Snapshot.Host, NetworkSnapshot.Of(null));
        // Listing rules is dear where there are many: a plan that touches none pays nothing.
        if (steps.Any(s => s.ChangesRules))
            snapshot.Add(Snapshot.Host, "nft rules", NetworkSnapshot.Rules());
        foreach (var kind in steps.SelectMany(s => s.Places).Distinct().GroupBy(FileSnapshot.KindOf))
            snapshot.Add(Snapshot.Host, kind.Key, [.. kind.SelectMany(FileSnapshot.Of)]);
    }

    private static void AddChild(
        Snapshot snapshot, string name, int pid, IReadOnlyList<Step> steps, ChildStep? current)
    {
        using var pidfd = Processes.OpenPidFd(pid);
        if (pidfd is null || Processes.Stat(pid) is null or { State: 'Z' or 'X' })
            return;
        snapshot.Add(name, Snapshot.Process, ProcessSnapshot.Number(pid));
        snapshot.Add(name, "descriptors", ProcessSnapshot.Descriptors(pid));
        snapshot.Add(name, ProcessSnapshot.Inherited(pid));
        if (current?.Child == name)
            snapshot.Add(name, "files in its root",
                FileSnapshot.InRoot(pid, current.Calls.Select(MadeBy).OfType<string>()));
        if (Differs("uts") && ProcessNamespaces.HostName(pidfd) is { } called)
            snapshot.Add(name, "host name", called);
        if (Differs("mnt"))
            snapshot.Add(name, "mounts", ProcessSnapshot.Mounts(pid));
        if (!Differs("net"))
            return;
        snapshot.Add(name, NetworkSnapshot.Of(pid));
        var settings = steps.Select(s => s.SettingInside).OfType<(string Child, string Setting)>()
            .Where(s => s.Child == name).Select(s => s.Setting).ToList();
        if (settings.Count > 0)
            snapshot.Add(name, "settings inside", NetworkSnapshot.Settings(pid, settings));

        bool Differs(string kind) =>
            ProcessNamespaces.Of(pid, kind) is { } theirs && theirs != ProcessNamespaces.Of(null, kind);
    }

    // The absolute path that a call makes something at.
    private static string? MadeBy(TapeCall call) => (call.Name switch
    {
        "mkdirat" or "mknodat" => call.Args[1],
        "symlinkat" => call.Args[2],
        _ => null,
    }) is TapeArg.Str { Value: ['/', ..] path } ? path : null;
}
