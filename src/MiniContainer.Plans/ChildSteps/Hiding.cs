// Paths that a container may not change, or not see (lab 10-privileges; mount(2), move_mount(2); runtime-spec, "Masked
// paths", "Readonly paths").

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Makes a path read-only, if it is there: a bind mount of it on itself.</summary>
/// <param name="Path">The path.</param>
/// <param name="Flags">The flags of the file system around it, to be kept.</param>
public sealed record MakeReadOnly(string Path, ulong Flags) : ChildStep
{
    private static readonly int[] IfMissing = [Errno.ENOENT];

    /// <inheritdoc/>
    public override string Title => $"make {Path} read-only";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        mount(Path, Path, null, MS_BIND | MS_REC) with { Allowed = IfMissing },
        mount(null, Path, null, Flags | MS_BIND | MS_REMOUNT | MS_RDONLY) with { Allowed = IfMissing },
    ];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Hiding, "make # paths read-only", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var path = ShellWord.Quote(Path);
            return [$"[ ! -e {path} ] || {{ mount --rbind {path} {path}; "
                + $"mount -o remount,bind,{MountWords.Options(Flags | MS_RDONLY)} none {path}; }}"];
        }
    }
}

/// <summary>Hides a path, if it is there: a file under /dev/null, a directory under an empty tmpfs.</summary>
/// <param name="Path">The path.</param>
/// <param name="Tree">
/// The host's /dev/null, picked up: the image's own may be a link, which would be followed, or be missing, which would
/// pass for a path that is not there.
/// </param>
public sealed record Mask(string Path, int Tree) : ChildStep
{
    private static readonly int[] IfNoFile = [Errno.ENOENT, Errno.ENOTDIR, Errno.EINVAL];
    private static readonly int[] IfNoDirectory = [Errno.ENOENT, Errno.ENOTDIR];

    /// <inheritdoc/>
    public override string Title => $"hide {Path}";

    // The first and the last fit one kind each, and are refused for the other: move_mount with EINVAL, mount with
    // ENOTDIR.

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
    [
        move_mount(Tree, Path, follow: true) with { Allowed = IfNoFile },
        close(Tree),
        mount("tmpfs", Path, "tmpfs", MS_RDONLY, "size=0k") with { Allowed = IfNoDirectory },
    ];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Hiding, "hide # paths under /dev/null or tmpfs", Path);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var path = ShellWord.Quote(Path);
            return
            [
                $"[ ! -f {path} ] || mount -c --bind \".$tree{Tree}\" {path}",
                $"[ ! -d {path} ] || mount -t tmpfs -o ro,size=0k tmpfs {path}",
            ];
        }
    }
}
