// The machine code of player.x86_64.s, mapped executable once, and the call into it. Lab 03-threads.
// This is the one place where a child is made: no managed code runs in it, since a forked child of a .NET process lacks
// the threads that the garbage collector may be waiting for.

using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Plays a tape in a new process.</summary>
public static unsafe partial class Player
{
    private static readonly delegate* unmanaged<PlayArgs*, long> Entry = Map();

    /// <summary>The bytes of player.x86_64.s, as `as` makes them.</summary>
    public static ReadOnlySpan<byte> Code =>
    [
        // play:
        0x49, 0x89, 0xf8,                                            // mov r8,rdi
        0x49, 0x8b, 0x78, 0x18,                                      // mov rdi,QWORD PTR [r8+0x18]
        0x48, 0x85, 0xff,                                            // test rdi,rdi
        0x78, 0x11,                                                  // js 1d <clone>
        0xbe, 0x00, 0x00, 0x00, 0x20,                                // mov esi,0x20000000
        0xb8, 0x34, 0x01, 0x00, 0x00,                                // mov eax,0x134
        0x0f, 0x05,                                                  // syscall
        0x48, 0x85, 0xc0,                                            // test rax,rax
        0x78, 0x38,                                                  // js 55 <back>
        // clone:
        0x49, 0x8b, 0x78, 0x08,                                      // mov rdi,QWORD PTR [r8+0x8]
        0x49, 0x8b, 0x70, 0x10,                                      // mov rsi,QWORD PTR [r8+0x10]
        0xb8, 0xb3, 0x01, 0x00, 0x00,                                // mov eax,0x1b3
        0x0f, 0x05,                                                  // syscall
        0x48, 0x85, 0xc0,                                            // test rax,rax
        0x74, 0x25,                                                  // je 56 <child>
        0x49, 0x83, 0x78, 0x18, 0x00,                                // cmp QWORD PTR [r8+0x18],0x0
        0x7c, 0x1d,                                                  // jl 55 <back>
        0x48, 0x89, 0xc2,                                            // mov rdx,rax
        0x49, 0x8b, 0x78, 0x20,                                      // mov rdi,QWORD PTR [r8+0x20]
        0xbe, 0x00, 0x00, 0x00, 0x20,                                // mov esi,0x20000000
        0xb8, 0x34, 0x01, 0x00, 0x00,                                // mov eax,0x134
        0x0f, 0x05,                                                  // syscall
        0x48, 0x85, 0xc0,                                            // test rax,rax
        0x74, 0x02,                                                  // je 52 <home>
        0x0f, 0x0b,                                                  // ud2
        // home:
        0x48, 0x89, 0xd0,                                            // mov rax,rdx
        // back:
        0xc3,                                                        // ret
        // child:
        0x49, 0x8b, 0x18,                                            // mov rbx,QWORD PTR [r8]
        0x4c, 0x8d, 0x63, 0x40,                                      // lea r12,[rbx+0x40]
        0x0f, 0x31,                                                  // rdtsc
        0x89, 0x43, 0x08,                                            // mov DWORD PTR [rbx+0x8],eax
        0x89, 0x53, 0x0c,                                            // mov DWORD PTR [rbx+0xc],edx
        // next:
        0x49, 0x8b, 0x04, 0x24,                                      // mov rax,QWORD PTR [r12]
        0x49, 0x8b, 0x7c, 0x24, 0x08,                                // mov rdi,QWORD PTR [r12+0x8]
        0x49, 0x8b, 0x74, 0x24, 0x10,                                // mov rsi,QWORD PTR [r12+0x10]
        0x49, 0x8b, 0x54, 0x24, 0x18,                                // mov rdx,QWORD PTR [r12+0x18]
        0x4d, 0x8b, 0x54, 0x24, 0x20,                                // mov r10,QWORD PTR [r12+0x20]
        0x4d, 0x8b, 0x44, 0x24, 0x28,                                // mov r8,QWORD PTR [r12+0x28]
        0x4d, 0x8b, 0x4c, 0x24, 0x30,                                // mov r9,QWORD PTR [r12+0x30]
        0x0f, 0x05,                                                  // syscall
        0x49, 0x89, 0x44, 0x24, 0x38,                                // mov QWORD PTR [r12+0x38],rax
        0x49, 0x89, 0xc5,                                            // mov r13,rax
        0x0f, 0x31,                                                  // rdtsc
        0x41, 0x89, 0x44, 0x24, 0x50,                                // mov DWORD PTR [r12+0x50],eax
        0x41, 0x89, 0x54, 0x24, 0x54,                                // mov DWORD PTR [r12+0x54],edx
        0x48, 0xff, 0x03,                                            // inc QWORD PTR [rbx]
        0x4d, 0x3b, 0x6c, 0x24, 0x40,                                // cmp r13,QWORD PTR [r12+0x40]
        0x7d, 0x11,                                                  // jge b8 <good>
        0x49, 0xf7, 0xdd,                                            // neg r13
        0x49, 0x83, 0xfd, 0x3f,                                      // cmp r13,0x3f
        0x77, 0x0e,                                                  // ja be <bad>
        0x4d, 0x0f, 0xa3, 0x6c, 0x24, 0x48,                          // bt QWORD PTR [r12+0x48],r13
        0x73, 0x06,                                                  // jae be <bad>
        // good:
        0x49, 0x83, 0xc4, 0x58,                                      // add r12,0x58
        0xeb, 0xa7,                                                  // jmp 65 <next>
        // bad:
        0xbf, 0x7d, 0x00, 0x00, 0x00,                                // mov edi,0x7d
        0xb8, 0xe7, 0x00, 0x00, 0x00,                                // mov eax,0xe7
        0x0f, 0x05,                                                  // syscall
        0x0f, 0x0b,                                                  // ud2
    ];

    /// <summary>clone3(2): makes the child, which begins to play at once.</summary>
    /// <param name="tape">What the child does.</param>
    /// <param name="args">Namespace and other flags; see clone(2).</param>
    /// <param name="pidNamespace">
    /// A descriptor of the pid namespace that the child is born into, or -1 for our own.
    /// </param>
    /// <returns>The child's pid in our pid namespace, or a negative errno.</returns>
    internal static long Play(TapeImage tape, clone_args* args, int pidNamespace)
    {
        var own = pidNamespace < 0 ? -1 : Libc.Open("/proc/thread-self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
        var play = new PlayArgs
        {
            tape = tape.Address,
            clone_args = args,
            clone_args_size = (nuint)sizeof(clone_args),
            enter_pid_namespace = pidNamespace,
            own_pid_namespace = own,
        };
        var pid = Entry(&play);
        if (own >= 0)
            Libc.Ignore(close(own));
        return pid;
    }

    private static delegate* unmanaged<PlayArgs*, long> Map()
    {
        var code = MachineCode.ForThis(Code, Arm64Code, "start a child");
        return (delegate* unmanaged<PlayArgs*, long>)MachineCode.Map(code, "map the player");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PlayArgs
    {
        public byte* tape;
        public clone_args* clone_args;
        public nuint clone_args_size;
        public long enter_pid_namespace;
        public long own_pid_namespace;
    }
}

/// <summary>struct clone_args of clone3(2), version 2 (88 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct clone_args
{
    public ulong flags;
    public ulong pidfd;
    public ulong child_tid;
    public ulong parent_tid;
    public ulong exit_signal;
    public ulong stack;
    public ulong stack_size;
    public ulong tls;
    public ulong set_tid;
    public ulong set_tid_size;
    public ulong cgroup;
}
