// Files of the kernel's that a child writes: its cgroups, its settings (labs 08-cgroups, 12-oci; cgroups(7), proc(5)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Writes into a file that is there: a knob of /proc.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">What to write, in one write(2).</param>
/// <param name="Descriptor">The descriptor that the file gets for the moment.</param>
/// <param name="Name">The step's title.</param>
/// <param name="Page">The man page of the knob.</param>
/// <param name="Lesson">The lab that teaches it.</param>
public sealed record WriteKnob(string Path, string Content, int Descriptor, string Name, string Page, string Lesson)
    : ChildStep
{
    private const string Settings = "/proc/sys/";

    /// <summary>What a script does instead of writing it; null for nothing else.</summary>
    public string? Instead { get; init; }

    /// <inheritdoc/>
    public override string Title => Name;

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => To(Path, Content, Descriptor);

    /// <inheritdoc/>
    public override string Man => Page;

    /// <inheritdoc/>
    public override string Lab => Lesson;

    /// <inheritdoc/>
    public override Subject Subject =>
        Path.StartsWith(Settings, StringComparison.Ordinal)
            ? new(Chapter.Namespaces, "set # of its kernel settings", Path[Settings.Length..])
        : Path == OpenTimeOffsets.Path ? new(Chapter.Namespaces)
        : base.Subject;

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [Instead ?? $"{ShellWord.Line("echo", Content)} > {ShellWord.Quote(Path)}"];

    internal static TapeCall[] To(string path, string content, int descriptor) =>
        [open(path, O_WRONLY | O_CLOEXEC), write(descriptor, content), close(descriptor)];
}

/// <summary>
/// Joins a cgroup: a single-threaded process that writes 0 means itself, and pays no grace period for it.
/// </summary>
/// <param name="Procs">The file: cgroup.procs, or tasks in version 1.</param>
/// <param name="Descriptor">The descriptor that the file gets for the moment.</param>
public sealed record JoinCgroup(string Procs, int Descriptor) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"join {System.IO.Path.GetDirectoryName(Procs)}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => WriteKnob.To(Procs, "0", Descriptor);

    /// <inheritdoc/>
    public override string Man => "cgroups(7)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Limits, "join # cgroups", Subject.Hierarchy(Procs));

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"echo 0 > {ShellWord.Quote(Procs)}"];
}
