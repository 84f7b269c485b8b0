// Steps that make small files and directories on the host (mkdir(2), open(2), mkfifo(3)).

using MiniContainer.Kernel;

namespace MiniContainer.Plans.Steps;

/// <summary>Makes a directory; leaves it alone, now and at the undo, if it is there already.</summary>
/// <param name="Path">Its path; its parents are made with it, and stay only if something else is in them.</param>
/// <param name="Mode">Permissions, before the file mode mask.</param>
public sealed record MakeDirectory(string Path, uint Mode) : Step
{
    /// <inheritdoc/>
    public override string Title => $"make the directory {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        .. System.IO.Path.GetDirectoryName(Path) is { Length: > 1 } parent
            ? [$"mkdir({TapeArg.Quote(parent)}, 0{Convert.ToString(Mode, 8)}), if missing"]
            : Array.Empty<string>(),
        $"mkdir({TapeArg.Quote(Path)}, 0{Convert.ToString(Mode, 8)})",
        .. Group is { } group ? [$"fchown(fd, -1, {group})"] : Array.Empty<string>(),
        $"fchmod(fd, 0{Convert.ToString(Mode, 8)})",
    ];

    /// <inheritdoc/>
    public override string Man => "mkdir(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State, "make # directories", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"[ -d {ShellWord.Quote(Path)} ] || {{ mkdir -p {ShellWord.Quote(Path)}; "
            + $"{(Group is { } group ? $"chgrp {group} {ShellWord.Quote(Path)}; " : "")}chmod "
            + $"0{Convert.ToString(Mode, 8)} {ShellWord.Quote(Path)}; }}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        Kept ? [] : [Tree ? $"rm -r {TapeArg.Quote(Path)}" : $"rmdir({TapeArg.Quote(Path)})"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        Kept ? []
        : [Tree ? $"rm -rf {ShellWord.Quote(Path)}"
            : $"[ ! -d {ShellWord.Quote(Path)} ] || rmdir {ShellWord.Quote(Path)}"];

    /// <summary>
    /// Whether the undo removes what is inside too: for directories that only we and our children write.
    /// </summary>
    public bool Tree { get; init; }

    /// <summary>The group that it belongs to; null for the caller's.</summary>
    public uint? Group { get; init; }

    /// <summary>Whether the undo leaves it: it belongs to the user from now on.</summary>
    public bool Kept { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (Directory.Exists(Path))
            return new StepResult { Made = false };
        Directories.MakeAll(Path, Mode);
        // Whatever the caller's mask of file modes took away.
        Directories.SetMode(Path, Mode, Group);
        return new StepResult { Made = true };
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (Kept || facts?.Made == false)
            return;
        if (Tree)
            TreeRemoval.Remove(Path);
        else
            Directories.TryRemove(Path);
    }
}

/// <summary>Makes a file with some content; the undo removes it.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Content">Its content.</param>
public sealed record WriteFile(string Path, string Content) : Step
{
    /// <inheritdoc/>
    public override string Title => $"write {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"open({TapeArg.Quote(Path)}, O_WRONLY|O_CREAT|O_TRUNC, 0644)",
            $"write(fd, {Shortened(Content)}, {System.Text.Encoding.UTF8.GetByteCount(Content)})"];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State, "write # files", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"printf %s {ShellWord.Quote(Content)} > {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [$"unlink({TapeArg.Quote(Path)})"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => [$"rm -f {ShellWord.Quote(Path)}"];

    // As strace(1) does it: the beginning tells what it is.
    private static string Shortened(string content) =>
        content.Length <= 64 ? TapeArg.Quote(content) : TapeArg.Quote(content[..48]) + "...";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Knob.Write(Path, Content, create: true);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts) => Knob.Remove(Path);
}

/// <summary>Writes into a file that is there, a knob of /proc or of a cgroup.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Value">What to write, in one write(2).</param>
public sealed record SetFile(string Path, string Value) : Step
{
    /// <inheritdoc/>
    public override string Title => $"set {Path} to {Value}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"open({TapeArg.Quote(Path)}, O_WRONLY)", $"write(fd, {TapeArg.Quote(Value)}, {Value.Length})",
        .. ElsePath is null
            ? Array.Empty<string>()
            : [$"or, without that file: write({TapeArg.Quote(ElsePath)}, {TapeArg.Quote(ElseValue!)})"],
    ];

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => System.IO.Path.GetFileName(Path) is "devices.allow" or "devices.deny"
        ? new(Chapter.Limits, "set # rules of the device list",
            $"{System.IO.Path.GetFileName(Path)["devices.".Length..]} {Value}")
        : new(Chapter.Limits, "set # limits", $"{System.IO.Path.GetFileName(Path)} {Value}");

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ElsePath is null
        ? [$"{(Optional ? $"[ ! -e {ShellWord.Quote(Path)} ] || " : "")}{Echo(Value, Path)}"]
        : [$"if [ -e {ShellWord.Quote(Path)} ]; then {Echo(Value, Path)}; else {Echo(ElseValue!, ElsePath)}; fi"];

    /// <summary>
    /// Whether minic passes over a file that does not exist: a knob that is missing from this kernel and not needed.
    /// </summary>
    public bool Optional { get; init; }

    /// <summary>The file that does the same on a kernel without the first; null for none.</summary>
    public string? ElsePath { get; init; }

    /// <summary>What is written there.</summary>
    public string? ElseValue { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Readable(Path)];

    // Of the device list of version 1 two files take changes, and a third tells.
    private static string Readable(string path) =>
        System.IO.Path.GetFileName(path) is "devices.allow" or "devices.deny"
        ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, "devices.list") : path;

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var there = File.Exists(Path);
        if (Optional && !there)
            return new StepResult { Made = false };
        if (ElsePath is not null && !there)
            Knob.Write(ElsePath, ElseValue!, create: false);
        else
            Knob.Write(Path, Value, create: false);
        return null;
    }

    private static string Echo(string value, string path) => $"echo {ShellWord.Quote(value)} > {ShellWord.Quote(path)}";
}

/// <summary>Makes a named pipe.</summary>
/// <param name="Path">Its path.</param>
public sealed record MakeFifo(string Path) : Step
{
    /// <inheritdoc/>
    public override string Title => $"make the named pipe {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"mkfifo({TapeArg.Quote(Path)}, 0600)"];

    /// <inheritdoc/>
    public override string Man => "fifo(7)";

    /// <inheritdoc/>
    public override string Lab => "12-oci";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.State, "make # named pipes", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"mkfifo -m 0600 {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts => [$"unlink({TapeArg.Quote(Path)})"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => [$"rm -f {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Knob.MakeFifo(Path);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts) => Knob.Remove(Path);
}
