// Whose the standard streams of a process are. Its user can then open /dev/stdout, which a web server's log may be a
// link to (lab 01-run; stdin(3)). What others use as well, such as /dev/null, stays theirs: StandardStreams.cs has the
// rule.

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans the owner of a process's standard streams.</summary>
internal static class StreamOwner
{
    private static readonly string[] Names = ["stdin", "stdout", "stderr"];

    /// <summary>Adds the step that makes the process's user the owner of its streams, if minic may give any
    /// away.</summary>
    /// <param name="tape">The child's tape.</param>
    /// <param name="process">The process; if it has a terminal of its own, it owns that already.</param>
    /// <param name="stdio">What its descriptors 0, 1 and 2 are, as CloneChild has them.</param>
    /// <param name="mapped">Whether it is in another user namespace than minic, where an id means another
    /// user.</param>
    /// <param name="facts">The machine.</param>
    public static void Add(ChildTape tape, Process process, IReadOnlyList<string> stdio, bool mapped, Facts facts)
    {
        var uid = process.User?.Uid ?? 0;
        if (process.Terminal)
            return;
        bool IsGiven(int i) =>
            Look(stdio[i], facts) is { } stream && (mapped || stream.Uid != uid) && MayGive(stream, facts.Caller);
        List<int> given = [.. Enumerable.Range(0, Names.Length).Where(IsGiven)];
        if (given.Count > 0)
            tape.OwnStreams(given, uid,
                "While that is allowed: the user could not open /dev/stdout otherwise, and a log may be a link to it.");
    }

    private static StandardStream? Look(string name, Facts facts) => Array.IndexOf(Names, name) switch
    {
        >= 0 and var number => facts.Stream(number),
        // A log is a file that minic makes for this container.
        _ => name.StartsWith("log:", StringComparison.Ordinal)
            ? new StandardStream(facts.Caller.Uid, StreamReach.Holders) : null,
    };

    // An ordinary user could not take a file back.
    private static bool MayGive(StandardStream stream, Caller caller) => stream.Reach switch
    {
        StreamReach.Holders => true,
        StreamReach.Named => caller.IsPrivileged,
        _ => false,
    };
}
