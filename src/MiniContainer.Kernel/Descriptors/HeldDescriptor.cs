// The number of a file descriptor, for as long as a call needs it. Outside of Kernel descriptors are SafeHandles; a
// system call wants the number, and no other thread may close it meanwhile.

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>
/// Keeps a handle open while its number is in use: <c>using var held = new HeldDescriptor(handle);</c>
/// </summary>
internal readonly ref struct HeldDescriptor
{
    private readonly SafeHandle? handle;

    /// <summary>Takes a reference to the handle; null, for an optional argument, has the number -1.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public HeldDescriptor(SafeHandle? handle)
    {
        Number = -1;
        if (handle is null) return;
        var added = false;
        handle.DangerousAddRef(ref added);
        this.handle = handle;
        Number = (int)handle.DangerousGetHandle();
    }

    /// <summary>The descriptor, as system calls take it.</summary>
    public int Number { get; }

    /// <summary>Gives the reference back.</summary>
    public void Dispose() => handle?.DangerousRelease();
}
