// Which devices a cgroup of version 2 may use. Version 1 had a file for it, devices.allow; version 2 has none: the
// kernel asks a small program, attached to the cgroup, at every open and mknod of a device. The program is assembled
// here, rule by rule. Lab 08-cgroups; bpf(2), "Device controller" in cgroup-v2.rst, instruction-set.rst.
//
//     struct bpf_insn, 8 bytes                 the program's argument, r1: struct bpf_cgroup_dev_ctx
//      0      1         2        4               0  access_type: (access << 16) | type
//     +------+----+----+--------+--------+       4  major
//     | code | dst: src| offset |  imm   |       8  minor
//     +------+----+----+--------+--------+
//        8     4    4     16       32 bits     what it returns, r0: 1 to allow, 0 for EPERM

using System.Buffers.Binary;

namespace MiniContainer.Kernel;

/// <summary>A rule about devices, as devices.allow and devices.deny of cgroup v1 have it.</summary>
/// <param name="Allow">Or deny.</param>
/// <param name="Type">'c', 'b', or 'a' for all devices, whatever else the rule says.</param>
/// <param name="Major">Null for all.</param>
/// <param name="Minor">Null for all.</param>
/// <param name="Access">Some of r (read), w (write), m (mknod).</param>
public sealed record DeviceRule(bool Allow, char Type, long? Major = null, long? Minor = null, string Access = "rwm")
{
    /// <summary>The rule as version 1 writes it: "c 1:3 rwm".</summary>
    public override string ToString() => Type == 'a' ? "a" : $"{Type} {Text(Major)}:{Text(Minor)} {Access}";

    private static string Text(long? number) =>
        number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "*";
}

/// <summary>Assembles programs of type BPF_PROG_TYPE_CGROUP_DEVICE.</summary>
/// <remarks>
/// For each kind of access alone, the last rule that matches decides; an access of several kinds (O_RDWR) needs them
/// all. What no rule matches is denied. So "deny a" with exceptions means what it means in version 1.
/// </remarks>
public static class DeviceFilter
{
    private const int BPF_DEVCG_DEV_BLOCK = 1;
    private const int BPF_DEVCG_DEV_CHAR = 2;
    private const int AllAccess = 7;

    // Codes of instruction-set.rst: BPF_ALU (32 bits) | BPF_K and the like.
    private const byte BPF_LDX_MEM_W = 0x61;
    private const byte BPF_ALU_AND_K = 0x54;
    private const byte BPF_ALU_RSH_K = 0x74;
    private const byte BPF_ALU_MOV_K = 0xb4;
    private const byte BPF_ALU_MOV_X = 0xbc;
    private const byte BPF_JMP_JA = 0x05;
    private const byte BPF_JMP_JSET_K = 0x45;
    private const byte BPF_JMP_JNE_K = 0x55;
    private const byte BPF_JMP32_JNE_K = 0x56;
    private const byte BPF_JMP_EXIT = 0x95;

    // r2: type, r3: the access that is not allowed yet, r4: major, r5: minor.
    private const int Result = 0;
    private const int Context = 1;
    private const int DeviceType = 2;
    private const int Wanted = 3;
    private const int MajorNumber = 4;
    private const int MinorNumber = 5;

    /// <summary>The program for a list of rules.</summary>
    /// <param name="rules">In the order in which version 1 would be told them.</param>
    /// <returns>struct bpf_insn, eight bytes each.</returns>
    public static byte[] Assemble(IReadOnlyList<DeviceRule> rules)
    {
        List<byte[]> program =
        [
            Instruction(BPF_LDX_MEM_W, DeviceType, Context, 0, 0),
            Instruction(BPF_ALU_MOV_X, Wanted, DeviceType, 0, 0),
            Instruction(BPF_ALU_AND_K, DeviceType, 0, 0, 0xffff),
            Instruction(BPF_ALU_RSH_K, Wanted, 0, 0, 16),
            Instruction(BPF_LDX_MEM_W, MajorNumber, Context, 4, 0),
            Instruction(BPF_LDX_MEM_W, MinorNumber, Context, 8, 0),
        ];
        // From the last rule to the first. A rule about all devices ends the list: the kernel's verifier refuses a
        // program with instructions that can never be reached.
        var allow = false;
        foreach (var rule in rules.Reverse())
        {
            if (rule.Type == 'a')
            {
                allow = rule.Allow;
                break;
            }

            program.AddRange(Rule(rule));
        }

        program.AddRange(Return(allow));
        return [.. program.SelectMany(i => i)];
    }

    /// <summary>A program in words, one line for each instruction, as `bpftool prog dump xlated` prints it.</summary>
    public static string Disassemble(ReadOnlySpan<byte> program)
    {
        var text = new System.Text.StringBuilder();
        for (var pc = 0; pc < program.Length / 8; pc++)
        {
            var i = program.Slice(pc * 8, 8);
            var (dst, src, offset, imm) = (i[1]
                & 0xf, i[1] >> 4, BinaryPrimitives.ReadInt16LittleEndian(i[2..]),
                BinaryPrimitives.ReadInt32LittleEndian(i[4..]));
            var line = i[0] switch
            {
                BPF_LDX_MEM_W => $"r{dst} = *(u32 *)(r{src} +{offset})",
                BPF_ALU_MOV_X => $"w{dst} = w{src}",
                BPF_ALU_MOV_K => $"w{dst} = {imm}",
                BPF_ALU_AND_K => $"w{dst} &= 0x{imm:x}",
                BPF_ALU_RSH_K => $"w{dst} >>= {imm}",
                BPF_JMP_JA => $"goto {pc + 1 + offset}",
                BPF_JMP_JSET_K => $"if r{dst} & 0x{imm:x} goto {pc + 1 + offset}",
                BPF_JMP_JNE_K => $"if r{dst} != {imm} goto {pc + 1 + offset}",
                BPF_JMP32_JNE_K => $"if w{dst} != {imm} goto {pc + 1 + offset}",
                BPF_JMP_EXIT => "exit",
                var code => $"(0x{code:x2})",
            };
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{pc,3}: {line}\n");
        }

        return text.ToString();
    }

    // Conditions that do not hold jump behind the rule.
    private static List<byte[]> Rule(DeviceRule rule)
    {
        var body = Verdict(rule.Allow, Access(rule.Access));
        List<(int Register, long Value)> conditions =
            [(DeviceType, rule.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR)];
        if (rule.Major is { } major)
            conditions.Add((MajorNumber, major));
        if (rule.Minor is { } minor)
            conditions.Add((MinorNumber, minor));
        return
        [
            .. conditions.Select((c, i) =>
                Instruction(BPF_JMP32_JNE_K, c.Register, 0, conditions.Count - 1 - i + body.Count, (int)c.Value)),
            .. body,
        ];
    }

    private static List<byte[]> Verdict(bool allow, int access) => (allow, access) switch
    {
        (_, AllAccess) => [.. Return(allow)],
        // Takes what it allows off the wish; what is left is up to the rules before.
        (true, _) =>
            [Instruction(BPF_ALU_AND_K, Wanted, 0, 0, AllAccess & ~access), Instruction(BPF_JMP_JNE_K, Wanted, 0, 2, 0),
                .. Return(true)],
        // One forbidden kind of access is enough to refuse.
        (false, _) =>
            [Instruction(BPF_JMP_JSET_K, Wanted, 0, 1, access), Instruction(BPF_JMP_JA, 0, 0, 2, 0), .. Return(false)],
    };

    private static byte[][] Return(bool allow) =>
        [Instruction(BPF_ALU_MOV_K, Result, 0, 0, allow ? 1 : 0), Instruction(BPF_JMP_EXIT, 0, 0, 0, 0)];

    // BPF_DEVCG_ACC_MKNOD 1, BPF_DEVCG_ACC_READ 2, BPF_DEVCG_ACC_WRITE 4
    private static int Access(string text) =>
        (text.Contains('m', StringComparison.Ordinal) ? 1 : 0) | (text.Contains('r', StringComparison.Ordinal) ? 2 : 0)
        | (text.Contains('w', StringComparison.Ordinal) ? 4 : 0);

    private static byte[] Instruction(byte code, int dst, int src, int offset, int imm)
    {
        var bytes = new byte[8];
        bytes[0] = code;
        bytes[1] = (byte)(dst | (src << 4));
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2), (short)offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), imm);
        return bytes;
    }
}
