// Machine code of our own in memory: written first, made executable then, never both at once (lab 03-threads; mmap(2),
// mprotect(2)). Two routines live so: the player, and the reading of the time stamp counter.

using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Maps machine code.</summary>
internal static unsafe class MachineCode
{
    /// <summary>The code for the processor that this process runs on.</summary>
    /// <exception cref="MinicException">There is none for it.</exception>
    public static ReadOnlySpan<byte> ForThis(ReadOnlySpan<byte> x64, ReadOnlySpan<byte> arm64, string operation) =>
        RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => x64,
            Architecture.Arm64 => arm64,
            var other => throw new MinicException(operation, $"there is no machine code for {other}",
                "minic runs on x86-64 and arm64."),
        };

    /// <summary>Copies code to pages that can be executed; it stays for as long as the process does.</summary>
    /// <exception cref="MinicException">There is no memory (ENOMEM), or the system forbids it (EACCES).</exception>
    public static void* Map(ReadOnlySpan<byte> code, string operation)
    {
        var size = (Tmds.Linux.size_t)(nuint)code.Length;
        var memory = mmap(null, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            throw MinicException.FromErrno(operation, $"mmap(NULL, {size}, PROT_READ|PROT_WRITE)", Libc.Errno);
        code.CopyTo(new Span<byte>(memory, code.Length));
        if (mprotect(memory, size, PROT_READ | PROT_EXEC) < 0)
            throw MinicException.FromErrno(operation, $"mprotect({size}, PROT_READ|PROT_EXEC)", Libc.Errno);
        return memory;
    }
}
