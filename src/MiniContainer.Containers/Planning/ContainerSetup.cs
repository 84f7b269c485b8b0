// What a container needs besides its bundle: where its state is, what its descriptors are, which namespaces it shares.

using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>How a bundle is to be made into a container.</summary>
/// <param name="Id">The container's id.</param>
/// <param name="StateDirectory">Where its journal and named pipes are.</param>
public sealed record ContainerSetup(string Id, string StateDirectory)
{
    /// <summary>The child's name in the plan.</summary>
    public string Child { get; init; } = Id;

    /// <summary>Whether the container is to wait for <c>start</c>, instead of executing its command at once.</summary>
    public bool Create { get; init; }

    /// <summary>
    /// What its descriptors 0, 1 and 2 are, as <see cref="Plans.Steps.CloneChild.Descriptors"/> has them.
    /// </summary>
    public IReadOnlyList<string> Stdio { get; init; } = ["stdin", "stdout", "stderr"];

    /// <summary>Descriptors from 3 on that the command keeps (--preserve-fds).</summary>
    public int PreserveFds { get; init; }

    /// <summary>Whether what its terminal shows goes to a pipe or a file: then a newline stays one.</summary>
    public bool BareNewlines { get; init; }

    /// <summary>Where the pidfd is sent, a UNIX socket; null for nowhere.</summary>
    public string? PidFdSocket { get; init; }

    /// <summary>Namespaces to join instead of making them.</summary>
    public IReadOnlyList<Join> Joins { get; init; } = [];

    /// <summary>What attaches it to its network; null for nothing.</summary>
    public NetworkSteps? Network { get; init; }

    /// <summary>Whether to switch roots by chroot(2) instead of pivot_root(2): for a root on an initramfs.</summary>
    public bool NoPivot { get; init; }

    /// <summary>Whether to keep the caller's session keyring (--no-new-keyring).</summary>
    public bool KeepKeyring { get; init; }

    /// <summary>
    /// Volumes among the sources of bind mounts, by the source's path: those minic picks up, by descriptor.
    /// </summary>
    public IReadOnlyDictionary<string, VolumeSource> Volumes { get; init; } = new Dictionary<string, VolumeSource>();

    /// <summary>
    /// Read-only layers below the root file system, which is then the writable one; none for the root as it is.
    /// </summary>
    public OverlayRoot? Overlay { get; init; }
}

/// <summary>Namespaces to join.</summary>
/// <param name="Descriptor">Where they are: "pidfd:pause", "ns:/run/netns/x".</param>
/// <param name="Flags">CLONE_NEW* of those to join.</param>
/// <param name="Shown">The path that a shell would use; "@" stands for the namespace's file name.</param>
public sealed record Join(string Descriptor, ulong Flags, string Shown);

/// <summary>
/// A source of bind mounts that processes of containers may change: no link in it is to lead out of it.
/// </summary>
/// <param name="Volume">The volume's path on the host.</param>
/// <param name="Below">A relative path in it, made if missing; "" for the whole.</param>
/// <param name="Kind">What it must be, as <see cref="Plans.Steps.OpenVolume.Kind"/> has it.</param>
public sealed record VolumeSource(string Volume, string Below, string Kind);

/// <summary>A root file system of layers (overlayfs).</summary>
/// <param name="Lower">The read-only layers, the uppermost first.</param>
/// <param name="Upper">What the container writes.</param>
/// <param name="Work">An empty directory beside it, for the kernel's own use.</param>
/// <param name="Merged">Where they are joined.</param>
public sealed record OverlayRoot(IReadOnlyList<string> Lower, string Upper, string Work, string Merged);
