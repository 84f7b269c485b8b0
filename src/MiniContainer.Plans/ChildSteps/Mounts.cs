// Mounts by their place: how they travel, new ones, their flags (lab 06-mounts; mount(2), mount_setattr(2)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Changes how mounts travel between this mount namespace and the one it was copied from.</summary>
/// <param name="Path">The mount.</param>
/// <param name="Flags">
/// MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE; with MS_REC those below it follow.
/// </param>
public sealed record SetPropagation(string Path, ulong Flags) : ChildStep
{
    private string Option => MountWords.Propagation(Flags & ~MS_REC, (Flags & MS_REC) != 0);

    /// <inheritdoc/>
    public override string Title => $"make {Path} {Option}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [mount(null, Path, null, Flags)];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Here);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [ShellWord.Line("mount", $"--make-{Option}", Path)];
}

/// <summary>Mounts a new file system, or binds a tree.</summary>
/// <param name="Source">A device, a name, or the tree.</param>
/// <param name="Target">Where.</param>
/// <param name="Type">The file system's type; null of a tree.</param>
/// <param name="Flags">MS_* flags.</param>
/// <param name="Data">The file system's own options, or null.</param>
/// <param name="Lesson">The lab that teaches it.</param>
public sealed record MountFileSystem(
    string Source, string Target, string? Type, ulong Flags, string? Data, string Lesson) : ChildStep
{
    private bool IsBind => (Flags & MS_BIND) != 0;

    /// <inheritdoc/>
    public override string Title => IsBind ? $"bind {Source} on {Target}" : $"mount {Type} on {Target}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [mount(Source, Target, IsBind ? null : Type, Flags, Data)];

    /// <inheritdoc/>
    public override string Man => "mount(2)";

    /// <inheritdoc/>
    public override string Lab => Lesson;

    /// <inheritdoc/>
    public override Subject Subject =>
        Type is "cgroup" or "cgroup2" ? new(Here, "mount # cgroup hierarchies", System.IO.Path.GetFileName(Target))
        : Inside ? new(Here, "mount # file systems", Target)
        : new(Here);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [IsBind
        ? ShellWord.Line("mount", (Flags & MS_REC) != 0 ? "--rbind" : "--bind", Source, Target)
        : $"{MountWords.Command(Type ?? "none", Flags, Data)} {ShellWord.Quote(Source)} {ShellWord.Quote(Target)}"];
}

/// <summary>Sets flags of a mount, of that mount alone; those that it has it keeps.</summary>
/// <remarks>
/// mount(2) with MS_REMOUNT would take away what it is not told: in a user namespace the host's nosuid, nodev and
/// noexec are locked, and it would be refused.
/// </remarks>
/// <param name="Target">The mount.</param>
/// <param name="Flags">MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC.</param>
public sealed record Remount(string Target, ulong Flags) : ChildStep
{
    private string Options => MountWords.Options(Flags);

    /// <inheritdoc/>
    public override string Title => $"remount {Target} {Options}";

    // The first four flags are MOUNT_ATTR_* too.

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [mount_setattr(Target, recursive: false, Flags & 0xf, 0)];

    /// <inheritdoc/>
    public override string Man => "mount_setattr(2)";

    /// <inheritdoc/>
    public override string Lab => "06-mounts";

    /// <inheritdoc/>
    public override Subject Subject => new(Here, $"remount # mounts {Options}", Target);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [ShellWord.Line("mount", "-o", $"remount,bind,{Options}", "none", Target)];
}

/// <summary>Sets and clears attributes of a mount and all below it.</summary>
/// <param name="Target">The mount.</param>
/// <param name="Set">MOUNT_ATTR_* bits to set.</param>
/// <param name="Clear">MOUNT_ATTR_* bits to clear.</param>
public sealed record SetAttributesBelow(string Target, ulong Set, ulong Clear) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set {FlagText.MountAttr(Set)} on {Target} and below";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [mount_setattr(Target, recursive: true, Set, Clear)];

    /// <inheritdoc/>
    public override string Man => "mount_setattr(2)";

    /// <inheritdoc/>
    public override string Lab => "07-layers";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [MountWords.Attributes(Set, Clear) is { } options
        ? ShellWord.Line("mount", "-o", $"remount,bind,{options}", "none", Target)
        : ": # nothing that mount(8) could set"];
}

/// <summary>Flags of mounts as options of mount(8).</summary>
internal static class MountWords
{
    /// <summary>The command that mounts a file system, without what and where.</summary>
    internal static string Command(string type, ulong flags, string? data)
    {
        var options = string.Join(",", new[] { Options(flags), data }.Where(o => !string.IsNullOrEmpty(o)));
        return $"mount -t {ShellWord.Quote(type)}{(options.Length > 0 ? " -o " + ShellWord.Quote(options) : "")}";
    }

    /// <summary>MS_SLAVE as "slave", and "rslave" of all below.</summary>
    internal static string Propagation(ulong flag, bool recursive) =>
        (recursive ? "r" : "") + FlagText.Mount(flag)["MS_".Length..].ToLowerInvariant();

    /// <summary>MOUNT_ATTR_* bits as options; null if mount(8) has none of them.</summary>
    internal static string? Attributes(ulong set, ulong clear)
    {
        (ulong Bit, string Name, string? Not)[] table =
        [
            (0x1, "ro", "rw"), (0x2, "nosuid", "suid"), (0x4, "nodev", "dev"), (0x8, "noexec", "exec"),
            (0x10, "noatime", null), (0x20, "strictatime", null), (0x80, "nodiratime", "diratime"),
            (0x200000, "nosymfollow", "symfollow"),
        ];
        var options = string.Join(",", table
            .Select(t => (set & t.Bit) != 0 ? t.Name : (clear & t.Bit) != 0 ? t.Not : null).OfType<string>());
        return options.Length > 0 ? options : null;
    }

    /// <summary>MS_* flags as options; "" if there are none.</summary>
    internal static string Options(ulong flags)
    {
        (ulong Bit, string Name)[] table =
        [
            (1, "ro"), (2, "nosuid"), (4, "nodev"), (8, "noexec"), (16, "sync"), (128, "dirsync"), (1024, "noatime"),
            (2048, "nodiratime"), (1 << 21, "relatime"), (1 << 24, "strictatime"),
        ];
        return string.Join(",", table.Where(t => (flags & t.Bit) != 0).Select(t => t.Name));
    }
}
