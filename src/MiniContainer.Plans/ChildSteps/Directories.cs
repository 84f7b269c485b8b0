// The current directory of a child, and the modes of what it makes (labs 05-chroot, 06-mounts, 10-privileges; chdir(2),
// umask(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Changes the current directory.</summary>
/// <param name="Path">The directory.</param>
public sealed record ChangeDirectory(string Path) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"chdir to {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [chdir(Path)];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Moves;

    /// <inheritdoc/>
    public override string Man => "chdir(2)";

    /// <inheritdoc/>
    public override string Lab => "05-chroot";

    /// <inheritdoc/>
    public override Subject Subject => new(Inside ? Chapter.Command : Chapter.Root);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [ShellWord.Line("cd", Path)];
}

/// <summary>
/// Changes the current directory if the process may as it is now; <see cref="ChangeDirectoryAsUser"/> follows, and is
/// content if this succeeded.
/// </summary>
/// <param name="Path">The directory.</param>
public sealed record TryDirectory(string Path) : ChildStep
{
    private static readonly int[] Forbidden = [Errno.EACCES, Errno.EPERM];

    /// <inheritdoc/>
    public override string Title => $"chdir to {Path}, if root may";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => Attempt(Path);

    /// <inheritdoc/>
    public override string Man => "chdir(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # env(1) below goes there, as the user"];

    // The path with "/." asks for the very permissions that chdir asks for.
    internal static TapeCall[] Attempt(string path) =>
    [
        open(path + "/.", O_PATH | O_CLOEXEC) with { Allowed = Forbidden },
        chdir(path) with { Allowed = Forbidden },
    ];
}

/// <summary>
/// Changes to the directory of <see cref="TryDirectory"/> if the process may as it is now; fails if neither could.
/// </summary>
/// <remarks>
/// A tape has no branches, but the first descriptor that is free tells: only if both attempts failed is it still free,
/// and then close(2) fails. PlayContext.cs reports the chdir before it.
/// </remarks>
/// <param name="Path">The directory.</param>
/// <param name="First">The descriptor that the first attempt got, or this one.</param>
/// <param name="Second">The descriptor that this one got, if the first had one.</param>
public sealed record ChangeDirectoryAsUser(string Path, int First, int Second) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"chdir to {Path}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        .. TryDirectory.Attempt(Path),
        close(First) with { Blames = 1 },
        close(Second) with { Allowed = [Errno.EBADF] },
    ];

    /// <inheritdoc/>
    public override ScriptRole Role => ScriptRole.Moves;

    /// <inheritdoc/>
    public override string Man => "chdir(2)";

    /// <inheritdoc/>
    public override string Lab => "05-chroot";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Command);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [ShellWord.Line("cd", Path)];
}

/// <summary>Sets the mask of permissions that new files do not get.</summary>
/// <param name="Mask">The mask.</param>
/// <param name="LetsGo">Whether a script lets go of the old root here, which the tape did earlier.</param>
public sealed record SetUmask(uint Mask, bool LetsGo) : ChildStep
{
    private string Octal => "0" + Convert.ToString(Mask, 8);

    /// <inheritdoc/>
    public override string Title => $"set the file mode mask to {Octal}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [umask(Mask)];

    /// <inheritdoc/>
    public override ScriptRole Role => LetsGo ? ScriptRole.LetsGo : ScriptRole.Plain;

    /// <inheritdoc/>
    public override string Man => "umask(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Inside ? Chapter.Privileges : Chapter.Root);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        LetsGo ? [$"umask {Octal}", DetachOldRoot.LetGo] : [$"umask {Octal}"];
}
