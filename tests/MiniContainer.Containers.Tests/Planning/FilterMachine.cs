// The kernel's little machine for filters of system calls, as far as libseccomp uses it: a program is asked what it
// would do with a call. struct sock_filter {u16 code; u8 jt, jf; u32 k}, struct seccomp_data {int nr; u32 arch; u64 ip,
// args[6]}.

using System.Buffers.Binary;

namespace MiniContainer.Containers.Tests.Planning;

internal static class FilterMachine
{
    public const uint X64 = 0xc000003e;
    public const uint I386 = 0x40000003;

    /// <summary>What a program returns: SECCOMP_RET_* and its data.</summary>
    public static uint Ask(byte[] program, uint arch, int number, params ulong[] args)
    {
        Span<byte> data = stackalloc byte[64];
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], arch);
        for (var i = 0; i < args.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(data[(16 + (i * 8))..], args[i]);
        uint a = 0;
        var memory = new uint[16];
        for (var pc = 0; ; pc++)
        {
            var instruction = program.AsSpan(pc * 8, 8);
            var (jt, jf, k) =
                (instruction[2], instruction[3], BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]));
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20: a = BinaryPrimitives.ReadUInt32LittleEndian(data[(int)k..]); break; // ld [k]
                case 0x60: a = memory[k]; break; // ld M[k]
                case 0x02: memory[k] = a; break; // st M[k]
                case 0x54: a &= k; break; // and #k
                case 0x05: pc += (int)k; break; // ja
                case 0x15: pc += a == k ? jt : jf; break; // jeq
                case 0x25: pc += a > k ? jt : jf; break; // jgt
                case 0x35: pc += a >= k ? jt : jf; break; // jge
                case 0x06: return k; // ret #k
                case var code: throw new InvalidOperationException($"no instruction 0x{code:x} in this machine");
            }
        }
    }
}
