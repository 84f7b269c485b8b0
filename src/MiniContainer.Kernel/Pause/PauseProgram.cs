// The pause program as a file in memory: pause.x86_64.s behind an ELF header (lab 20-pause; ProgramFile.cs). No binary
// is kept anywhere: it is made when a pod is.

using Microsoft.Win32.SafeHandles;

namespace MiniContainer.Kernel;

/// <summary>Makes the pause program.</summary>
public static partial class PauseProgram
{
    /// <summary>The bytes of pause.x86_64.s, as `as` makes them.</summary>
    public static ReadOnlySpan<byte> Code =>
    [
        // _start:
        0x48, 0x8d, 0x3d, 0x6d, 0x00, 0x00, 0x00,        // lea rdi,[rip+0x6d]
        0x48, 0x89, 0xfe,                                // mov rsi,rdi
        0xbf, 0x0f, 0x00, 0x00, 0x00,                    // mov edi,0xf
        0xb8, 0x9d, 0x00, 0x00, 0x00,                    // mov eax,0x9d
        0x0f, 0x05,                                      // syscall
        0x31, 0xff,                                      // xor edi,edi
        0x48, 0x8d, 0x35, 0x61, 0x00, 0x00, 0x00,        // lea rsi,[rip+0x61]
        0x31, 0xd2,                                      // xor edx,edx
        0x41, 0xba, 0x08, 0x00, 0x00, 0x00,              // mov r10d,0x8
        0xb8, 0x0e, 0x00, 0x00, 0x00,                    // mov eax,0xe
        0x0f, 0x05,                                      // syscall
        // wait:
        0x48, 0x8d, 0x3d, 0x4b, 0x00, 0x00, 0x00,        // lea rdi,[rip+0x4b]
        0x31, 0xf6,                                      // xor esi,esi
        0x31, 0xd2,                                      // xor edx,edx
        0x41, 0xba, 0x08, 0x00, 0x00, 0x00,              // mov r10d,0x8
        0xb8, 0x80, 0x00, 0x00, 0x00,                    // mov eax,0x80
        0x0f, 0x05,                                      // syscall
        0x85, 0xc0,                                      // test eax,eax
        0x78, 0xe4,                                      // js 2e <wait>
        0x83, 0xf8, 0x11,                                // cmp eax,0x11
        0x75, 0x1c,                                      // jne 6b <done>
        // reap:
        0xbf, 0xff, 0xff, 0xff, 0xff,                    // mov edi,0xffffffff
        0x31, 0xf6,                                      // xor esi,esi
        0xba, 0x01, 0x00, 0x00, 0x00,                    // mov edx,0x1
        0x45, 0x31, 0xd2,                                // xor r10d,r10d
        0xb8, 0x3d, 0x00, 0x00, 0x00,                    // mov eax,0x3d
        0x0f, 0x05,                                      // syscall
        0x85, 0xc0,                                      // test eax,eax
        0x7f, 0xe6,                                      // jg 4f <reap>
        0xeb, 0xc3,                                      // jmp 2e <wait>
        // done:
        0x31, 0xff,                                      // xor edi,edi
        0xb8, 0xe7, 0x00, 0x00, 0x00,                    // mov eax,0xe7
        0x0f, 0x05,                                      // syscall
        // name, and signals
        0x70, 0x61, 0x75, 0x73, 0x65, 0x00, 0x66, 0x0f,
        0x1f, 0x44, 0x00, 0x00, 0x02, 0x40, 0x01, 0x00,
        0x00, 0x00, 0x00, 0x00,
    ];

    /// <summary>The program as an ELF file.</summary>
    public static byte[] Elf() => ProgramFile.Elf(MachineCode.ForThis(Code, Arm64Code, "make the pause program"));

    /// <summary>The program as an open file without a name, for execveat(2).</summary>
    /// <exception cref="MinicException">There is no memory for it.</exception>
    public static SafeFileHandle Open()
    {
        var file = ProgramFile.Create("pause");
        file.Fill(Elf());
        return file.Handle;
    }
}
