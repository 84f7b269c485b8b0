// What several plans share: a network, and what all networks share of the host. Its first user plays the steps that
// make it, onto a journal of its own; its last user plays that backward (Forward.cs, Backward.cs). Lab 22-cni;
// docs/decisions/0030-networks-journal.md.
//
//     /run/minic/networks/                 locked (flock(2)) while anything below is played, joined or left
//     /run/minic/networks/minic/journal    the steps that made it
//     /run/minic/networks/minic/users/     who uses it: an empty file for each, made by a step in the user's journal
//
// A thing without users is left over from a minic that died or failed: the next user ends it first, and so does gc.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>A shared thing. A caller that asks for more than its paths holds its lock.</summary>
/// <param name="Path">Its directory: /run/minic/networks/minic.</param>
/// <param name="Kinds">The kinds of steps that its journal may hold.</param>
public sealed record SharedThing(string Path, StepKinds Kinds)
{
    private const uint Private = 0x1c0; // 0700

    /// <summary>The directory that is locked: that of all things of this sort.</summary>
    public string LockPath => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Its journal.</summary>
    public string JournalPath => System.IO.Path.Combine(Path, Journal.FileName);

    /// <summary>The directory of the users of a thing.</summary>
    public static string UsersOf(string path) => System.IO.Path.Combine(path, "users");

    /// <summary>Whether it has users.</summary>
    public bool InUse => UserFiles.Any();

    /// <summary>The names of its users, in order.</summary>
    public IReadOnlyList<string> Users =>
        [.. UserFiles.Select(f => System.IO.Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private IEnumerable<string> UserFiles =>
        Directory.Exists(UsersOf(Path)) ? Directory.EnumerateFiles(UsersOf(Path)) : [];

    /// <summary>The steps that made it and are not undone.</summary>
    public IReadOnlyList<JournalEntry> Standing
    {
        get
        {
            using var journal = TryOpen();
            return journal is null ? [] : [.. journal.Entries.Where(e => !e.Undone)];
        }
    }

    /// <summary>The other things of the same sort.</summary>
    public IEnumerable<SharedThing> Others => All(LockPath, Kinds).Where(other => other.Path != Path);

    /// <summary>All things of one sort, in the order of their names.</summary>
    /// <param name="path">Where they lie: /run/minic/networks.</param>
    /// <param name="kinds">The kinds of steps that their journals may hold.</param>
    public static IEnumerable<SharedThing> All(string path, StepKinds kinds) =>
        StateDirectory.Names(path).Select(name => new SharedThing(System.IO.Path.Combine(path, name), kinds));

    /// <summary>
    /// What an undo of these entries plays in all: behind a step that uses a shared thing, that thing's own entries, if
    /// this is its last user now.
    /// </summary>
    /// <param name="entries">The entries of a journal.</param>
    /// <param name="kinds">The kinds of steps that the journals may hold.</param>
    public static IReadOnlyList<JournalEntry> WithShared(IReadOnlyList<JournalEntry> entries, StepKinds kinds) =>
        [.. entries.SelectMany(entry => WithShared(entry, kinds))];

    private static IEnumerable<JournalEntry> WithShared(JournalEntry entry, StepKinds kinds)
    {
        var thing = entry is { Undone: false, Step.Uses: { } use } ? new SharedThing(use.Directory, kinds) : null;
        return thing is not null && (thing.Users is [var user] ? user == entry.Step.Uses!.User : !thing.InUse)
            ? [entry, .. WithShared(thing.Standing, kinds)]
            : [entry];
    }

    /// <summary>Opens its journal; null if there is none, or nothing was written to it yet.</summary>
    /// <inheritdoc cref="Journal.Open" path="/exception"/>
    public Journal? TryOpen()
    {
        if (!File.Exists(JournalPath))
            return null;
        var journal = Journal.Open(JournalPath, Kinds);
        if (journal.Header is not null)
            return journal;
        journal.Dispose();
        return null;
    }

    /// <summary>Opens its journal, or begins it.</summary>
    /// <param name="kind">What it is, for the first line: "network".</param>
    /// <exception cref="MinicException">It cannot be made or written (ENOSPC …).</exception>
    public Journal OpenOrBegin(string kind)
    {
        if (TryOpen() is { } journal)
            return journal;
        RefuseStrange();
        // Its first line was cut short by a death.
        Knob.Remove(JournalPath);
        return Journal.Create(JournalPath, Kinds, new JournalHeader
        {
            Kind = kind,
            Id = System.IO.Path.GetFileName(Path),
            Owner = ProcessIdentity.Self,
            Created = DateTimeOffset.UtcNow,
        });
    }

    /// <summary>Adds a user, and begins the journal if this is the first.</summary>
    /// <exception cref="MinicException">A file cannot be made (ENOSPC …).</exception>
    public void Join(SharedUse use)
    {
        Directories.MakeAll(UsersOf(Path), Private);
        Knob.Write(FileOf(use.User), "", create: true);
        OpenOrBegin(use.Kind).Dispose();
    }

    /// <summary>Removes a user.</summary>
    /// <returns>Whether it was one.</returns>
    /// <exception cref="MinicException">The file cannot be removed.</exception>
    public bool Leave(string user)
    {
        var was = File.Exists(FileOf(user));
        Knob.Remove(FileOf(user));
        return was;
    }

    /// <summary>Removes its directory, when all of its journal is undone.</summary>
    /// <exception cref="MinicException">Something in it cannot be removed.</exception>
    public void Remove() => TreeRemoval.Remove(Path);

    /// <summary>
    /// Refuses a thing that holds more than users and has no journal: minic cannot know how to undo what its files
    /// stand for.
    /// </summary>
    /// <exception cref="MinicException">It does: a version of minic without these journals made it.</exception>
    internal void RefuseStrange()
    {
        string[] own = [Path + "/users", JournalPath];
        if (!Directory.Exists(Path)
            || Directory.EnumerateFileSystemEntries(Path).Except(own).FirstOrDefault() is not { } found)
            return;
        throw new MinicException($"use {Path}",
            $"it has no journal, and there is {found}: another version of minic made it",
            "Delete with that version what uses it. Or undo by hand what its files stand for, then: rm -r " + Path);
    }

    private string FileOf(string user) => System.IO.Path.Combine(UsersOf(Path), user);
}
