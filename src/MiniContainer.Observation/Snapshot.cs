// What the kernel shows at one moment, in lines, so that two moments can be compared. The caller says what to look at;
// minic reads it as a person would: from /proc, from the cgroup's files, over netlink, by listing nft's rules.
// Lab 03-threads; proc(5), rtnetlink(7), nft(8).
//
// A process begins as a copy of the one that made it: what it has not changed is the host's, and what it has is told as
// a difference to that.

namespace MiniContainer.Observation;

/// <summary>The state of the world at one moment.</summary>
public sealed class Snapshot
{
    /// <summary>Whose what all share is.</summary>
    public const string Host = "the host";

    /// <summary>The part that says that a process is there; without it nothing else is told of that one.</summary>
    public const string Process = "process";

    /// <summary>The part whose lines are a set and an element of it each.</summary>
    public const string Capabilities = "capabilities";

    private readonly Dictionary<(string Whose, string What), IReadOnlyList<string>> parts = [];

    /// <summary>Adds what was seen of one thing.</summary>
    /// <param name="whose"><see cref="Host"/>, or a process's name.</param>
    /// <param name="what">"mounts", "routes" …</param>
    /// <param name="lines">A line for each.</param>
    public void Add(string whose, string what, params IReadOnlyList<string> lines) => parts[(whose, what)] = lines;

    /// <summary>Adds what was seen of several things.</summary>
    public void Add(string whose, IEnumerable<(string What, IReadOnlyList<string> Lines)> found)
    {
        foreach (var (what, lines) in found)
            Add(whose, what, lines);
    }

    /// <summary>What is there less and more than at an earlier moment.</summary>
    public Difference Since(Snapshot earlier)
    {
        var changed = new List<DifferencePart>();
        foreach (var (whose, what) in earlier.parts.Keys.Union(parts.Keys))
        {
            // Of a process that has ended only that is told.
            if (whose != Host && what != Process && !parts.ContainsKey((whose, Process)))
                continue;
            var (then, now) = (earlier.Get(whose, what), Get(whose, what));
            var (gone, come) = (Without(then, now), Without(now, then));
            if (gone.Count + come.Count > 0)
                changed.Add(new DifferencePart(whose, what, Joined(what, gone), Joined(what, come)));
        }

        return new Difference(changed);
    }

    // What a process has not of its own is the host's.
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
}

/// <summary>What has changed between two moments.</summary>
/// <param name="Parts">By who has it and what it is; none if nothing can be seen.</param>
public sealed record Difference(IReadOnlyList<DifferencePart> Parts);

/// <summary>What is there less and more of one thing.</summary>
/// <param name="Whose">"the host", or a process's name.</param>
/// <param name="What">"mounts", "routes" …</param>
/// <param name="Gone">Lines that are not there any more.</param>
/// <param name="Come">Lines that are new.</param>
public sealed record DifferencePart(string Whose, string What, IReadOnlyList<string> Gone, IReadOnlyList<string> Come);
