// A program that is machine code in this one, as an open file that can be executed: the smallest ELF header that Linux
// takes before the code, all in a memfd that is sealed, so that not even the process that executes it can change it
// (elf(5), memfd_create(2), fcntl(2) F_ADD_SEALS; labs 03-threads, 20-pause).

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Makes programs without a name in any file system.</summary>
internal sealed unsafe class ProgramFile : IDisposable
{
    private const ulong Base = 0x400000;
    private const int HeaderSize = 64 + 56;
    private const uint EM_X86_64 = 62, EM_AARCH64 = 183;
    private const uint MFD_EXEC = 0x10;
    private const int AllSeals = 15; // F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE

    private readonly SafeFileHandle writer;

    private ProgramFile(SafeFileHandle writer, SafeFileHandle handle) => (this.writer, Handle) = (writer, handle);

    /// <summary>The file, open for execveat(2).</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>An empty one.</summary>
    /// <param name="name">What /proc/PID/exe shows of it.</param>
    /// <exception cref="MinicException">
    /// It cannot be made (EMFILE, ENOMEM; EACCES where vm.memfd_noexec is 2).
    /// </exception>
    public static ProgramFile Create(string name)
    {
        int fd;
        fixed (byte* p = Libc.Utf8(name))
        {
            // Kernels before 6.3 do not know MFD_EXEC, and need none.
            fd = memfd_create(p, (uint)MFD_CLOEXEC | (uint)MFD_ALLOW_SEALING | MFD_EXEC);
            if (fd < 0 && Libc.Errno == Errno.EINVAL)
                fd = memfd_create(p, (uint)MFD_CLOEXEC | (uint)MFD_ALLOW_SEALING);
        }

        if (fd < 0)
            throw MinicException.FromErrno("make a program of memory",
                $"memfd_create({TapeArg.Quote(name)}, MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC)", Libc.Errno);
        var writer = new SafeFileHandle(fd, ownsHandle: true);
        return new ProgramFile(writer, Libc.OpenHandle($"/proc/self/fd/{fd}", O_RDONLY));
    }

    /// <summary>Writes the whole file, for good.</summary>
    /// <exception cref="MinicException">There is no memory for it.</exception>
    public void Fill(byte[] elf)
    {
        RandomAccess.Write(writer, elf, 0);
        if (fcntl((int)writer.DangerousGetHandle(), F_ADD_SEALS, AllSeals) != 0)
            throw MinicException.FromErrno("make a program of memory", $"fcntl(fd, F_ADD_SEALS, {AllSeals})",
                Libc.Errno);
        // While there is a writer, execveat fails with ETXTBSY.
        writer.Dispose();
    }

    /// <summary>A program as an ELF file.</summary>
    /// <param name="code">Its machine code, which begins with _start and is not writable when it runs.</param>
    public static byte[] Elf(ReadOnlySpan<byte> code)
    {
        var file = new byte[HeaderSize + code.Length];
        var size = (ulong)file.Length;
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? EM_AARCH64 : EM_X86_64;
        // ELF header: magic, 64 bits, little-endian, version 1; then type EXEC, machine, version, entry, program header
        // at 64.
        byte[] ident = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] header =
        [
            .. ident, .. TapeArg.Ints(2 | (machine << 16), 1), .. TapeArg.Longs(Base + HeaderSize, 64, 0),
            // flags; sizes of this header and of a program header, one of which there is; no sections.
            .. TapeArg.Ints(0, 64 | (56 << 16), 1 | (64 << 16), 0),
        ];
        // One program header: PT_LOAD, readable and executable, the whole file at Base, aligned to a page.
        byte[] segment = [.. TapeArg.Ints(1, 5), .. TapeArg.Longs(0, Base, Base, size, size, 0x1000)];
        header.CopyTo(file, 0);
        segment.CopyTo(file, 64);
        code.CopyTo(file.AsSpan(HeaderSize));
        return file;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer.Dispose();
        Handle.Dispose();
    }
}
