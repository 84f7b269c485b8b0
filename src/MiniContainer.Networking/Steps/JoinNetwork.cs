// A network lives as long as it has users, and what all networks share of the host as long as there are networks. To
// join is to be written down as a user, before anything shared is made; the last user's undo plays the journal of what
// is shared backward (Plans/SharedThing.cs). Labs 14-bridge, 22-cni; flock(2).
//
//     /run/minic/networks/minic/users/box:eth0     made by a step in the journal of box
//     /run/minic/networks/.host/users/minic        made by a step in the journal of the network minic

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Makes an attachment a user of a network; the undo of the last user takes the network away.</summary>
/// <param name="Directory">The network's directory: /run/minic/networks/minic.</param>
/// <param name="User">The attachment: "box:eth0".</param>
public sealed record JoinNetwork(string Directory, string User) : Step
{
    /// <summary>Whether the lock taken before planning is given up here, for want of a lease.</summary>
    public bool Unlocks { get; init; }

    private string Networks => Path.GetDirectoryName(Directory)!;

    private string File => $"{SharedThing.UsersOf(Directory)}/{User}";

    /// <inheritdoc/>
    public override string Title => $"join the network {Path.GetFileName(Directory)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"flock({TapeArg.Quote(Networks)}, LOCK_EX)", $"open({TapeArg.Quote(File)}, O_WRONLY|O_CREAT, 0644)"];

    /// <inheritdoc/>
    public override string Man => "flock(2)";

    /// <inheritdoc/>
    public override string Lab => "22-cni";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => Membership.Join(Directory, User);

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
    [
        $"flock({TapeArg.Quote(Networks)}, LOCK_EX)", $"unlink({TapeArg.Quote(File)})",
        $"of its last user: the undo of what {Directory}/journal says, and rm -r {TapeArg.Quote(Directory)}",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [.. Membership.Leave(Directory, User), $"rmdir {ShellWord.Quote(Networks)} 2>/dev/null || :"];

    /// <inheritdoc/>
    public override bool ChangesRules => true;

    /// <inheritdoc/>
    public override SharedUse Uses => new(Directory, "network", User);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [File];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (Unlocks && playing.Locks.Remove(Networks, out var held))
            held.Dispose();
        return null;
    }
}

/// <summary>Makes a network a user of what all networks share: settings of the host, the nft table.</summary>
/// <param name="Directory">The network's directory: /run/minic/networks/minic.</param>
/// <param name="Host">The directory of what is shared: /run/minic/networks/.host.</param>
public sealed record JoinHost(string Directory, string Host) : SharedStep(Directory)
{
    /// <summary>
    /// The name, below the directory of all networks, of what belongs to the host; no network's name has a dot first.
    /// </summary>
    public const string Name = ".host";

    private string User => Path.GetFileName(Directory);

    private string File => $"{SharedThing.UsersOf(Host)}/{User}";

    /// <inheritdoc/>
    public override string Title => $"join what all networks share, as the network {User}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"open({TapeArg.Quote(File)}, O_WRONLY|O_CREAT, 0644)"];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "22-cni";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"[ -e {ShellWord.Quote(File)} ] || cat >> {ShellWord.Quote(ByHandFile)} <<'EOF'",
        string.Join("; ", Membership.Leave(Host, User)),
        "EOF",
        .. Membership.Join(Host, User),
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack =>
    [
        $"unlink({TapeArg.Quote(File)})",
        $"of the last network: the undo of what {Host}/journal says, and rm -r {TapeArg.Quote(Host)}",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand => Membership.Leave(Host, User);

    /// <inheritdoc/>
    public override bool ChangesRules => true;

    /// <inheritdoc/>
    public override SharedUse Uses => new(Host, "host", User);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [File];

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing) => new() { Made = !System.IO.File.Exists(File) };

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing) => null;
}

/// <summary>How a script joins and leaves a shared thing.</summary>
internal static class Membership
{
    public static IReadOnlyList<string> Join(string directory, string user)
    {
        var users = SharedThing.UsersOf(directory);
        return [$"mkdir -p {ShellWord.Quote(users)}", $": > {ShellWord.Quote($"{users}/{user}")}"];
    }

    // ls does not list the file of what scripts made. A network that minic made too is left to minic gc, which finds it
    // unused.
    public static IReadOnlyList<string> Leave(string directory, string user)
    {
        var (users, made) = (SharedThing.UsersOf(directory), ShellWord.Quote(SharedStep.ByHandFileOf(directory)));
        return
        [
            $"rm -f {ShellWord.Quote($"{users}/{user}")}",
            $"if [ -z \"$(ls {ShellWord.Quote(users)} 2>/dev/null)\" ]; then"
                + $" [ ! -e {made} ] || tac {made} | sh; rm -f {made};"
                + $" [ -e {ShellWord.Quote($"{directory}/{Journal.FileName}")} ]"
                + $" || rm -rf {ShellWord.Quote(directory)}; fi",
        ];
    }
}
