// On which processor the first processes of nodes are made. A mount namespace can be bound within an older one only, or
// there could be a loop; the kernel compares their numbers. Linux 6.18 hands these out in blocks, one for each
// processor, so a newer one that was made on another processor may have the smaller number, and is refused with EINVAL.
// (Never on the machine itself, whose mount namespace is number one; but in a world within a world, or in a container.)
// On the processor that made ours the next number is greater: minic finds that one by trying. Lab 13-netns;
// mount_namespaces(7), sched_setaffinity(2).

using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;
using static Tmds.Linux.LibC;

namespace MiniContainer.Nodes.Lifecycle;

/// <summary>Makes mount namespaces on one processor after the other, from play to play.</summary>
internal sealed class CloneProcessors : PlayObserver, IDisposable
{
    private readonly IReadOnlyList<int> all = ThreadProcessors.Get();
    private readonly Queue<int> untried;
    private int? chosen;

    public CloneProcessors() => untried = new(all);

    /// <summary>Whether a play failed for this reason.</summary>
    public static bool Cause(MinicException failure) =>
        failure.Errno == Errno.EINVAL && failure.Call?.StartsWith("mount(\"/proc/", StringComparison.Ordinal) == true;

    /// <summary>Goes on to the next processor.</summary>
    /// <returns>False if all have been tried.</returns>
    public bool Next()
    {
        if (!untried.TryDequeue(out var processor))
            return false;
        chosen = processor;
        return true;
    }

    /// <inheritdoc/>
    public override void Before(Step step, PlayContext playing)
    {
        if (chosen is { } processor && step is CloneChild clone && (clone.Flags & (ulong)CLONE_NEWNS) != 0)
            ThreadProcessors.Set([processor]);
    }

    /// <inheritdoc/>
    public override void After(Step step, PlayContext playing)
    {
        // Servers that are made later are to run on any.
        if (chosen is not null && step is CloneChild)
            ThreadProcessors.Set(all);
    }

    /// <inheritdoc/>
    public override void Failed(Exception failure) => Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (chosen is not null)
            ThreadProcessors.Set(all);
    }
}
