// The child's own program: own.x86_64.s behind an ELF header, in a memfd that no process can write any more. A child
// that has executed it has nothing of minic in it, neither memory nor the file behind /proc/self/exe: whatever an image
// makes of these, it does not reach minic on the host (docs/security.md, CVE-2019-5736; memfd_create(2), fcntl(2),
// execveat(2)).

using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace MiniContainer.Kernel;

/// <summary>Makes the program that goes on with a tape.</summary>
public sealed partial class Stage2Program : IDisposable
{
    private const int WhereSize = 24;

    private readonly ProgramFile file = ProgramFile.Create("minic-child");

    /// <summary>The bytes of own.x86_64.s, as `as` makes them.</summary>
    public static ReadOnlySpan<byte> Code =>
    [
        // _start:
        0x4c, 0x8d, 0x35, 0xb9, 0x00, 0x00, 0x00,                    // lea r14,[rip+0xb9]
        0x49, 0x8b, 0x3e,                                            // mov rdi,QWORD PTR [r14]
        0x49, 0x8b, 0x76, 0x08,                                      // mov rsi,QWORD PTR [r14+0x8]
        0xba, 0x03, 0x00, 0x00, 0x00,                                // mov edx,0x3
        0x41, 0xba, 0x11, 0x00, 0x00, 0x00,                          // mov r10d,0x11
        0x4d, 0x8b, 0x46, 0x10,                                      // mov r8,QWORD PTR [r14+0x10]
        0x45, 0x31, 0xc9,                                            // xor r9d,r9d
        0xb8, 0x09, 0x00, 0x00, 0x00,                                // mov eax,0x9
        0x0f, 0x05,                                                  // syscall
        0x49, 0x3b, 0x06,                                            // cmp rax,QWORD PTR [r14]
        0x75, 0x75,                                                  // jne a1 <bad>
        0x48, 0x89, 0xc3,                                            // mov rbx,rax
        0x48, 0x6b, 0x03, 0x58,                                      // imul rax,QWORD PTR [rbx],0x58
        0x4c, 0x8d, 0x64, 0x03, 0x40,                                // lea r12,[rbx+rax*1+0x40]
        0x31, 0xc0,                                                  // xor eax,eax
        0xeb, 0x30,                                                  // jmp 6c <played>
        // next:
        0x49, 0x8b, 0x04, 0x24,                                      // mov rax,QWORD PTR [r12]
        0x49, 0x8b, 0x7c, 0x24, 0x08,                                // mov rdi,QWORD PTR [r12+0x8]
        0x49, 0x8b, 0x74, 0x24, 0x10,                                // mov rsi,QWORD PTR [r12+0x10]
        0x49, 0x8b, 0x54, 0x24, 0x18,                                // mov rdx,QWORD PTR [r12+0x18]
        0x4d, 0x8b, 0x54, 0x24, 0x20,                                // mov r10,QWORD PTR [r12+0x20]
        0x4d, 0x8b, 0x44, 0x24, 0x28,                                // mov r8,QWORD PTR [r12+0x28]
        0x4d, 0x8b, 0x4c, 0x24, 0x30,                                // mov r9,QWORD PTR [r12+0x30]
        0x0f, 0x05,                                                  // syscall
        0x49, 0x83, 0x3c, 0x24, 0x38,                                // cmp QWORD PTR [r12],0x38
        0x75, 0x05,                                                  // jne 6c <played>
        0x48, 0x85, 0xc0,                                            // test rax,rax
        0x7f, 0x43,                                                  // jg af <made>
        // played:
        0x49, 0x89, 0x44, 0x24, 0x38,                                // mov QWORD PTR [r12+0x38],rax
        0x49, 0x89, 0xc5,                                            // mov r13,rax
        0x0f, 0x31,                                                  // rdtsc
        0x41, 0x89, 0x44, 0x24, 0x50,                                // mov DWORD PTR [r12+0x50],eax
        0x41, 0x89, 0x54, 0x24, 0x54,                                // mov DWORD PTR [r12+0x54],edx
        0x48, 0xff, 0x03,                                            // inc QWORD PTR [rbx]
        0x4d, 0x3b, 0x6c, 0x24, 0x40,                                // cmp r13,QWORD PTR [r12+0x40]
        0x7d, 0x11,                                                  // jge 9b <good>
        0x49, 0xf7, 0xdd,                                            // neg r13
        0x49, 0x83, 0xfd, 0x3f,                                      // cmp r13,0x3f
        0x77, 0x0e,                                                  // ja a1 <bad>
        0x4d, 0x0f, 0xa3, 0x6c, 0x24, 0x48,                          // bt QWORD PTR [r12+0x48],r13
        0x73, 0x06,                                                  // jae a1 <bad>
        // good:
        0x49, 0x83, 0xc4, 0x58,                                      // add r12,0x58
        0xeb, 0x9b,                                                  // jmp 3c <next>
        // bad:
        0xbf, 0x7d, 0x00, 0x00, 0x00,                                // mov edi,0x7d
        0xb8, 0xe7, 0x00, 0x00, 0x00,                                // mov eax,0xe7
        0x0f, 0x05,                                                  // syscall
        0x0f, 0x0b,                                                  // ud2
        // made:
        0x31, 0xff,                                                  // xor edi,edi
        0xb8, 0xe7, 0x00, 0x00, 0x00,                                // mov eax,0xe7
        0x0f, 0x05,                                                  // syscall
        0x0f, 0x0b,                                                  // ud2
        0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00,                          // nop WORD PTR [rax+rax*1+0x0]
        // where
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ];

    /// <summary>The program, for execveat(2); it is there once it has been filled.</summary>
    internal SafeFileHandle Handle => file.Handle;

    /// <summary>
    /// Writes the program that plays a tape, for good: its number and address are known only once that is laid out.
    /// </summary>
    /// <param name="address">Where the tape lies.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="descriptor">The tape's file, by its number in the child.</param>
    /// <exception cref="MinicException">There is no memory for it.</exception>
    internal void Fill(ulong address, ulong size, int descriptor)
    {
        var code = MachineCode.ForThis(Code, Arm64Code, "make the child's own program").ToArray();
        var where = code.AsSpan(code.Length - WhereSize);
        BinaryPrimitives.WriteUInt64LittleEndian(where, address);
        BinaryPrimitives.WriteUInt64LittleEndian(where[8..], size);
        BinaryPrimitives.WriteInt64LittleEndian(where[16..], descriptor);
        file.Fill(ProgramFile.Elf(code));
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
