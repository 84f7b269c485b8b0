// The plans of which the promise is proved: how minic is brought to play each, and how to know that it is done with.

namespace MiniContainer.Promise.Tests;

/// <summary>A plan under test. In its scripts <c>m</c> is minic, and <c>F=... m</c> a minic with faults.</summary>
/// <param name="Name">What the summary calls it.</param>
/// <param name="Play">The command that plays it, and would stay or leave something there.</param>
internal sealed record PlanUnderTest(string Name, string Play)
{
    private const string Running = "m run -d --rootfs $ROOTFS --net none --name $N sleep 1000";

    // From here on m is a minic that somebody runs who is not root, with a root file system of their own.
    private const string Ann = "cp -r $ROOTFS $TMP/rootfs && mkdir -p $TMP/bin /run/ann && cp $MINIC $TMP/bin && "
        + "chmod 777 $TMP && chown -R 1234:1234 $TMP/rootfs /run/ann"
        + " && m() { HOME=/run/ann XDG_RUNTIME_DIR=/run/ann setpriv --reuid 1234 --regid 1234 --clear-groups "
        + "$TMP/bin/minic \"$@\"; }";

    /// <summary>What is to be there before.</summary>
    public string Setup { get; init; } = ":";

    /// <summary>What takes it away again, after a play without faults.</summary>
    public string Undo { get; init; } = "m delete -f $N";

    /// <summary>For a created container: what plays the calls on its tape behind the wait for start.</summary>
    public string? Later { get; init; }

    /// <summary>Whether it claims a name; what is done to a container that is there does not.</summary>
    public bool Claims =>
        Undo.StartsWith("m delete -f $N", StringComparison.Ordinal) && Repair == "m gc"
        || Undo.StartsWith("m pod", StringComparison.Ordinal);

    /// <summary>Whether the play goes on in the foreground, and so only ends when it is made to.</summary>
    public bool Stays { get; init; }

    /// <summary>
    /// The exit code of the command when the player is killed; a pod's player is another process, its monitor.
    /// </summary>
    public int KilledCode { get; init; } = 137;

    /// <summary>
    /// The exit code with which a command of minic's ends that fails: runc's verbs have runc's
    /// (docs/decisions/0014-exit-codes.md).
    /// </summary>
    /// <param name="command">The command: "m exec ...".</param>
    /// <param name="own">The failure's own code, 125 to 127.</param>
    public static int FailureCode(string command, int own) =>
        command.StartsWith("m exec ", StringComparison.Ordinal) ? 255
        : command.StartsWith("m pod ", StringComparison.Ordinal)
        || command.StartsWith("m run ", StringComparison.Ordinal) ? own
        : 1;

    /// <summary>What puts the world back after a kill; gc, but where an earlier plan's result stands.</summary>
    public string Repair { get; init; } = "m gc";

    /// <summary>Parts of a snapshot in which the play may leave a trace by design.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    public static IReadOnlyList<PlanUnderTest> All { get; } =
    [
        new("container by run", "m run --rootfs $ROOTFS --net none --name $N --memory 100m --pids 20 sleep 1000")
        {
            Stays = true,
        },
        new("container on a network", "m run -d --rootfs $ROOTFS --name $N sleep 1000"),
        new("container created", "m create -b $TMP/plain $N") { Later = "m start $N" },
        new("container with everything", "m create -b $TMP/everything $N") { Later = "m start $N" },
        new("start", "m start $N")
        {
            Setup = "m create -b $TMP/everything $N",
            Undo = "m delete -f $N && m create -b $TMP/everything $N",
            Repair = "m delete -f $N && m create -b $TMP/everything $N",
            Ignored = ["files", "processes", "namespaces"],
        },
        new("container of a user's", "m run --rootfs $TMP/rootfs --name $N -v $TMP/data:/mnt sleep 1000")
        {
            Setup = Ann,
            Stays = true,
        },
        new("exec of a user's", "m exec $N sleep 1000")
        {
            Setup = $"{Ann}; m run -d --rootfs $TMP/rootfs --name $N sleep 1000",
            Undo = ":",
            Stays = true,
        },
        new("exec", "m exec $N sleep 1000")
        {
            Setup = "m run -d --rootfs $ROOTFS --net none --name $N sleep 1000",
            Undo = ":",
            Stays = true,
        },
        new("pause", "m pause $N")
        {
            Setup = Running,
            Undo = $"m delete -f $N && {Running}",
            Repair = $"m delete -f $N && {Running}",
            Ignored = ["files", "processes", "namespaces"],
        },
        new("update", "m update --memory 64m --pids-limit 10 $N")
        {
            Setup = Running,
            Undo = $"m delete -f $N && {Running}",
            Repair = $"m delete -f $N && {Running}",
            Ignored = ["files", "processes", "namespaces"],
        },
        new("pod of two, dual stack", "m pod run $TMP/two.yaml") { Undo = "m pod rm -f two$N", KilledCode = 125 },
        new("pod with a published port, beside another", "m pod run $TMP/port.yaml")
        {
            Setup = "m pod run $TMP/other.yaml",
            Undo = "m pod rm -f port$N",
            KilledCode = 125,
        },
    ];

    /// <summary>What is made first, to be deleted while the delete is killed at each step of the undo.</summary>
    public static IReadOnlyList<PlanUnderTest> Deletes { get; } =
    [
        new("delete of a container on a network", "m run -d --rootfs $ROOTFS --name $N sleep 1000"),
        new("delete of a container with everything", "m create -b $TMP/everything $N && m start $N"),
        new("delete of a container updated and paused",
            $"{Running} && m update --pids-limit 10 --cpuset-cpus 0 $N && m pause $N"),
        new("delete of a pod with a published port, beside another", "m pod run $TMP/port.yaml")
        {
            Setup = "m pod run $TMP/other.yaml",
            Undo = "m pod rm -f port$N",
        },
    ];
}
