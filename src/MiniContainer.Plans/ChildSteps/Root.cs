// The new root of a child, and what leads to the old one (labs 05-chroot, 06-mounts; pivot_root(2), umount2(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Makes the current directory the root, and stacks the old root on top of it.</summary>
/// <remarks>
/// pivot_root(".", ".") works because both may be the same directory: the old root is then mounted over the new one.
/// Paths from "/" start in the new root; "." still means the old one, and so does "/..", until
/// <see cref="DetachOldRoot"/>: before that the child must follow no path that another user may have chosen.
/// </remarks>
public sealed record PivotRoot : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "make this directory the root";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [pivot_root(".", ".")];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Pivots;

    /// <inheritdoc/>
    public override string Man => "pivot_root(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["pivot_root . ."];
}

/// <summary>
/// Moves the current directory's mount over the root, and makes it the root: what pivot_root cannot do on an initramfs.
/// </summary>
public sealed record MoveRoot : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "move this directory over the root";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [mount(".", "/", null, 8192 /* MS_MOVE */), chroot("."), chdir("/")];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Pivots;

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        "# Not by hand: chroot(1) would execute a program of the new root. This does the same wherever / is no "
            + "initramfs.",
        "pivot_root . .",
    ];
}

/// <summary>Lets go of the old root: nothing of the host's file systems can be reached any more.</summary>
/// <param name="More">
/// Whether a script has more to do that needs the host's programs, and lets go of them last.
/// </param>
public sealed record DetachOldRoot(bool More) : ChildStep
{
    /// <summary>The line of a script that lets go of the old root, where the shell stands in it.</summary>
    public const string LetGo = "umount -l .";

    /// <inheritdoc/>
    public override string Title => "let go of the old root";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [umount2(".", MNT_DETACH), chdir("/")];

    /// <inheritdoc/>
    public override ScriptRole Role => More ? ScriptRole.Plain : ScriptRole.LetsGo;

    /// <inheritdoc/>
    public override string Man => "umount2(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [More
        ? ": # a script does so last, since it needs the host's programs: it is no guard against a hostile image"
        : LetGo];
}

/// <summary>Opens a directory, to have it when something covers it.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Script">The descriptor in a script; null where a script does without.</param>
public sealed record OpenDirectory(string Path, int? Script) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"open {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [open(Path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [Script is null ? ": # a script does without" : $"exec {Script}< {ShellWord.Quote(Path)}"];
}

/// <summary>
/// Closes what <see cref="OpenDirectory"/> opened; a script, which does not wait for minic to copy, itself copies from
/// the first to the path here.
/// </summary>
/// <param name="Covered">The one that was covered.</param>
/// <param name="Covering">The one that covers it.</param>
/// <param name="Script">The former in a script.</param>
/// <param name="Path">Where they are.</param>
public sealed record CloseDirectories(int Covered, int Covering, int Script, string Path) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"close {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [close(Covered), close(Covering)];

    /// <inheritdoc/>
    public override string Man => "close(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [ShellWord.Line("cp", "-a", $"./proc/self/fd/{Script}/.", Path), $"exec {Script}<&-"];
}
