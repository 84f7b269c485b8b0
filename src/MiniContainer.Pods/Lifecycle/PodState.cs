// A pod that exists, as its journal tells it: which children are there, which have ended and how (lab 21-pod).

using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using MiniContainer.Pods.Planning;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>One container of a pod.</summary>
/// <param name="Name">Its name in the manifest.</param>
/// <param name="Process">Its first process.</param>
/// <param name="Exit">How it ended; null while it runs, or if no monitor was there to see.</param>
/// <param name="CgroupPaths">The directories of its cgroups.</param>
public sealed record PodContainer(string Name, ProcessIdentity Process, JournalExit? Exit,
    IReadOnlyList<string> CgroupPaths)
{
    /// <summary>"Running", "Exited (3)", or "Unknown" if no monitor saw its end.</summary>
    public string Status => Process.Alive ? "Running" : Exit is { } exit ? $"Exited ({exit.Code})" : "Unknown";
}

/// <summary>A pod as its journal tells it.</summary>
public sealed class PodState
{
    private PodState(string name, string directory, Journal journal, IReadOnlyList<PodContainer> containers,
        ProcessIdentity? pause)
    {
        Name = name;
        Directory = directory;
        Header = journal.Header!;
        Entries = journal.Entries;
        Up = journal.Up;
        Containers = containers;
        Pause = pause;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Its state directory.</summary>
    public string Directory { get; }

    /// <summary>Whose it is; the owner is its monitor.</summary>
    public JournalHeader Header { get; }

    /// <summary>What cannot be read of its journal.</summary>
    public IEnumerable<UnreadStep> Unread => Journal.UnreadOf(Entries);

    /// <summary>The steps that made it.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>Whether its plan was played to the end.</summary>
    public bool Up { get; }

    /// <summary>Its containers, in the manifest's order, init containers first.</summary>
    public IReadOnlyList<PodContainer> Containers { get; }

    /// <summary>The sandbox's process.</summary>
    public ProcessIdentity? Pause { get; }

    /// <summary>Its addresses, separated by commas; empty with the host's network.</summary>
    public string Addresses => Header.Annotations?.GetValueOrDefault("minic/addresses") ?? "";

    /// <summary>"Creating", "Running", "Completed", "Failed" or "Dead" (gone, and no monitor saw why).</summary>
    public string Status
    {
        get
        {
            if (!Up)
                return Header.Owner.Alive ? "Creating" : "Dead";
            if (Containers.Any(c => c.Process.Alive))
                return "Running";
            return Containers.All(c => c.Exit?.Code == 0)
                ? "Completed" : Containers.All(c => c.Exit is not null) ? "Failed" : "Dead";
        }
    }

    /// <summary>The state directory of a pod.</summary>
    public static string DirectoryOf(StateRoot root, string name) => root["pods", name];

    /// <summary>
    /// Where the logs of a pod stay that could not be made, until its name is used again: beside the state, of which
    /// nothing is left.
    /// </summary>
    public static string KeptLogsOf(StateRoot root, string name) =>
        Path.Combine(Path.TrimEndingDirectorySeparator(root.Path) + ".logs", name);

    /// <summary>Removes those logs.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool RemoveKeptLogs(StateRoot root, string name)
    {
        var kept = KeptLogsOf(root, name);
        if (name.Contains('/', StringComparison.Ordinal) || !System.IO.Directory.Exists(kept))
            return false;
        TreeRemoval.Remove(kept);
        _ = Directories.TryRemove(Path.GetDirectoryName(kept)!);
        return true;
    }

    /// <summary>Reads a pod.</summary>
    /// <exception cref="MinicException">There is none of that name.</exception>
    public static PodState Load(StateRoot root, string name) =>
        TryLoad(root, name)
        ?? throw new MinicException($"find pod {name}", $"pod \"{name}\" does not exist",
            $"minic pod ps shows those that do (below {root}).");

    /// <summary>All pods, by name.</summary>
    public static IEnumerable<PodState> All(StateRoot root) =>
        StateDirectory.Names(root["pods"]).Select(name => StateDirectory.Try(() => TryLoad(root, name), $"pod {name}"))
            .OfType<PodState>();

    /// <summary>
    /// A container by name; without one the last in the manifest, those that run before those that do not.
    /// </summary>
    /// <exception cref="MinicException">The pod has none of that name.</exception>
    public PodContainer Container(string? name) =>
        Containers.Where(c => name is null || c.Name == name).OrderBy(c => name is null && c.Process.Alive)
            .LastOrDefault()
        ?? throw new MinicException($"find container {name} of pod {Name}", "there is none of that name",
            $"It has {string.Join(", ", Containers.Select(c => c.Name))}.");

    /// <summary>Reads a pod, or null if there is none.</summary>
    public static PodState? TryLoad(StateRoot root, string name)
    {
        var directory = DirectoryOf(root, name);
        var path = Path.Combine(directory, Journal.FileName);
        if (name.Contains('/', StringComparison.Ordinal) || !File.Exists(path))
            return null;
        using var journal = Journal.Open(path, root.Kinds);
        if (journal.Header is null)
            return null;
        var containers = new List<PodContainer>();
        var cgroups = new List<string>();
        ProcessIdentity? pause = null;
        foreach (var entry in journal.Entries)
        {
            // A container's cgroups are made just before its process.
            if (entry.Step is MakeCgroup cgroup)
                cgroups.Add(cgroup.Path);
            // An init container's end was seen by the step that waited for it: it is played only if that was a success.
            if (entry is { Step: AwaitSuccess { Child: var ended }, Facts: not null }
                && containers.FindIndex(c => c.Name == PodSetup.ContainerOf(ended)) is >= 0 and var first)
                containers[first] = containers[first] with { Exit = new JournalExit(ended, 0, journal.Header.Created) };
            if (entry is not { Step: CloneChild clone, Facts: { Pid: { } pid, StartTime: { } start } })
                continue;
            var process = new ProcessIdentity(pid, start);
            if (clone.Child == PausePlanner.Child)
                pause = process;
            else
                containers.Add(
                    new PodContainer(PodSetup.ContainerOf(clone.Child), process,
                        journal.Exits.FirstOrDefault(e => e.Child == clone.Child), [.. cgroups]));
            cgroups.Clear();
        }

        return new PodState(name, directory, journal, containers, pause);
    }
}
