// What a filter says to system calls that are newer than itself. A profile that allows a list cannot name what did not
// exist when it was written, and its EPERM misleads: a C library that meets ENOSYS takes the older call, one that meets
// EPERM gives up. So, as in runc, a few instructions before libseccomp's answer ENOSYS to every number above the
// highest that the profile names (lab 10-privileges; seccomp(2)).
//
//     ld [4]                        struct seccomp_data: the architecture
//     jeq ARCH      else next one
//     ld [0]                        the number
//     jge X32       then below      x86-64 alone: the calls of x32 have this bit
//     jgt HIGHEST   then ENOSYS, else the filter
//     jgt HIGHEST   then ENOSYS, else the filter
//     ret ENOSYS
//     ja  the filter

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Makes the instructions that stand before a filter.</summary>
internal static class SeccompFuture
{
    private const uint AUDIT_ARCH_X86_64 = 0xc000003e;
    private const uint X32 = 0x40000000;
    private const uint SECCOMP_RET_ERRNO = 0x00050000;

    // linux/bpf_common.h.
    private const byte LD_ABS = 0x20;
    private const byte JA = 0x05;
    private const byte JEQ = 0x15;
    private const byte JGT = 0x25;
    private const byte JGE = 0x35;
    private const byte RET = 0x06;

    // The instructions of a section.
    private const byte Length = 7;

    /// <summary>
    /// The instructions; none where the default lets calls pass, or leaves them to a tracer who knows of new ones.
    /// </summary>
    /// <param name="seccomp">A valid filter.</param>
    public static byte[] Program(LinuxSeccomp seccomp)
    {
        if (seccomp.DefaultAction is "SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")
            return [];
        var highest = Architectures(seccomp).Select(a => (Token: Seccomp.Token(a), IsX32: a == "x32"))
            .Select(a => (a.Token, a.IsX32, Number: Highest(seccomp, a.Token)))
            .Where(a => a.Token != 0 && a.Number is not null).DistinctBy(a => (a.Token, a.IsX32)).ToList();
        var x32 = highest.Find(a => a.IsX32).Number;
        var sections = highest.Where(a => !a.IsX32).ToList();
        return sections.Count == 0 ? [] :
        [
            .. Instruction(LD_ABS, 4),
            .. sections.SelectMany((s, i) => Section(s.Token, (uint)s.Number!, (uint?)x32, sections.Count - 1 - i)),
        ];
    }

    private static IEnumerable<string> Architectures(LinuxSeccomp seccomp) =>
        (seccomp.Architectures ?? []).Select(name => name["SCMP_ARCH_".Length..].ToLowerInvariant()).Prepend("native");

    private static int? Highest(LinuxSeccomp seccomp, uint architecture) =>
        (seccomp.Syscalls ?? []).SelectMany(s => s.Names).Select(n => Seccomp.ResolveIn(architecture, n)).Max();

    // One architecture. After it come the sections of others: the jump to the filter skips them.
    private static byte[] Section(uint token, uint highest, uint? x32, int others) =>
    [
        .. Instruction(JEQ, token, otherwise: Length - 1),
        .. Instruction(LD_ABS, 0),
        // Where there are none of x32 the next line sends nothing there but -1, which the one after it lets pass.
        .. Instruction(JGE, token == AUDIT_ARCH_X86_64 ? X32 : uint.MaxValue, then: 1),
        .. Instruction(JGT, highest, then: 1, otherwise: 2),
        .. Instruction(JGT, x32 is { } number && token == AUDIT_ARCH_X86_64 ? number | X32 : uint.MaxValue,
            otherwise: 1),
        .. Instruction(RET, SECCOMP_RET_ERRNO | Errno.ENOSYS),
        .. Instruction(JA, (uint)(others * Length)),
    ];

    // struct sock_filter: the jumps count from the instruction after.
    private static byte[] Instruction(byte code, uint k, byte then = 0, byte otherwise = 0) =>
        [code, 0, then, otherwise, .. BitConverter.GetBytes(k)];
}
