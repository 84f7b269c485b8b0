// Device filters: asked in a machine of the tests' own, checked by the kernel's verifier, and met by a child in a
// cgroup.

using System.Buffers.Binary;
using MiniContainer.Testing;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel.Tests;

public class DeviceFilterTests
{
    private static readonly DeviceRule[] Usual =
    [
        new(false, 'a'), new(true, 'c', null, null, "m"), new(true, 'b', null, null, "m"),
        new(true, 'c', 1, 3), new(true, 'c', 1, 5, "r"), new(true, 'c', 136), new(false, 'c', 1, 3, "w"),
    ];

    [Fact]
    public void A_program_reads_as_its_rules() =>
    Golden.Check(DeviceFilter.Disassemble(DeviceFilter.Assemble(Usual)), "device-filter.txt");

    [Theory]
    [InlineData('c', 1, 3, "r", true)]
    [InlineData('c', 1, 3, "m", true)]
    [InlineData('c', 1, 3, "w", false)] // the last rule takes writing back
    [InlineData('c', 1, 3, "rw", false)] // one forbidden kind is enough
    [InlineData('c', 1, 5, "r", true)]
    [InlineData('c', 1, 5, "rw", false)] // only reading is allowed
    [InlineData('c', 1, 5, "rm", true)] // each by a rule of its own
    [InlineData('b', 1, 3, "r", false)] // a block device is another device
    [InlineData('b', 8, 0, "m", true)]
    [InlineData('b', 8, 0, "r", false)]
    [InlineData('c', 136, 7, "rw", true)] // any minor
    [InlineData('c', 10, 200, "rw", false)]
    public void For_each_kind_of_access_the_last_matching_rule_decides(char type, int major, int minor, string access,
        bool allowed) =>
        Ask(DeviceFilter.Assemble(Usual), type, major, minor, access).Should().Be(allowed);

    [Fact]
    public void A_rule_about_all_devices_wipes_out_those_before_it()
    {
        Ask(DeviceFilter.Assemble([new(true, 'c', 1, 3), new(false, 'a')]), 'c', 1, 3, "r").Should().BeFalse();
        Ask(DeviceFilter.Assemble([new(false, 'c', 1, 3), new(true, 'a')]), 'c', 1, 3, "r").Should().BeTrue();
        var except = DeviceFilter.Assemble([new(true, 'a'), new(false, 'b', 8)]);
        Ask(except, 'b', 8, 1, "r").Should().BeFalse();
        Ask(except, 'b', 9, 1, "r").Should().BeTrue();
    }

    [Fact]
    public void Without_a_matching_rule_nothing_is_allowed() =>
    Ask(DeviceFilter.Assemble([]), 'c', 1, 3, "r").Should().BeFalse();

    [Theory]
    [InlineData(true, 'c', 1L, 3L, "rwm", "c 1:3 rwm")]
    [InlineData(true, 'b', null, null, "m", "b *:* m")]
    [InlineData(false, 'a', null, null, "rwm", "a")]
    public void A_rule_is_printed_as_version_1_writes_it(bool allow, char type, long? major, long? minor, string access,
        string text) =>
        new DeviceRule(allow, type, major, minor, access).ToString().Should().Be(text);

    [Fact]
    public void A_child_in_the_cgroup_can_open_only_what_is_allowed()
    {
        var cgroup = MakeCgroup();
        try
        {
            Bpf.AttachDeviceFilter(cgroup, DeviceFilter.Assemble(Usual));
            Open(cgroup, "/dev/null", O_RDONLY).Should().BeGreaterThanOrEqualTo(0);
            Open(cgroup, "/dev/null", O_RDWR).Should().Be(-Errno.EPERM);
            Open(cgroup, "/dev/zero", O_RDONLY).Should().BeGreaterThanOrEqualTo(0);
            Open(cgroup, "/dev/zero", O_WRONLY).Should().Be(-Errno.EPERM);
            Open(cgroup, "/dev/full", O_RDONLY).Should().Be(-Errno.EPERM);
            Open(cgroup, "/etc/passwd", O_RDONLY).Should().BeGreaterThanOrEqualTo(0, "a file is no device");
            // A second one: both must agree.
            Bpf.AttachDeviceFilter(cgroup, DeviceFilter.Assemble([new(true, 'a'), new(false, 'c', 1, 3)]));
            Open(cgroup, "/dev/null", O_RDONLY).Should().Be(-Errno.EPERM);
            Open(cgroup, "/dev/zero", O_RDONLY).Should().BeGreaterThanOrEqualTo(0);
        }
        finally
        {
            Cgroups.Remove(cgroup);
        }
    }

    [Fact]
    public void The_verifier_takes_every_shape_of_rule()
    {
        var cgroup = MakeCgroup();
        try
        {
            foreach (var access in new[] { "r", "w", "m", "rw", "rm", "wm", "rwm" })
                foreach (var allow in new[] { true, false })
                    foreach (var (major, minor) in new (long?, long?)[] { (null, null), (1, null), (null, 3), (1, 3),
                        (0xfffff, 0xfffff) })
                        Bpf.AttachDeviceFilter(cgroup,
                            DeviceFilter.Assemble(
                                [new(true, 'b', major, minor, access), new(allow, 'c', major, minor, access)]));
        }
        catch (MinicException e) when (e.Errno == Errno.E2BIG)
        {
            // The kernel attaches 64 programs to one cgroup, and has taken them all.
        }
        finally
        {
            Cgroups.Remove(cgroup);
        }
    }

    [Fact]
    public void A_refused_program_is_told_in_the_verifiers_words()
    {
        var cgroup = MakeCgroup();
        try
        {
            var bad = () => Bpf.AttachDeviceFilter(cgroup, [0x95, 0, 0, 0, 0, 0, 0, 0]);
            bad.Should().Throw<MinicException>()
                .WithMessage("load a device filter: bpf(BPF_PROG_LOAD, *insn_cnt=1*)*R0*");
        }
        finally
        {
            Cgroups.Remove(cgroup);
        }
    }

    private static string MakeCgroup()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var unified = Cgroups.Hierarchies().FirstOrDefault(h => h.IsV2);
        Assert.SkipWhen(unified is null, "needs a cgroup hierarchy of version 2");
        var path = $"{unified!.MountPoint}/minic-test-{Guid.NewGuid().ToString("N")[..8]}";
        Directory.CreateDirectory(path);
        return path;
    }

    // The child is born into the cgroup, opens, and tells by its tape.
    private static long Open(string cgroup, string path, int flags)
    {
        using var directory = Libc.OpenHandle(cgroup, O_RDONLY | O_DIRECTORY);
        TapeCall[] calls =
        [
            new("openat", TapeArg.AtFdCwd, path, flags, 0) { Allowed = [Errno.EPERM] },
            new("exit_group", 0),
        ];
        using var child = Child.Clone(new ChildOptions(calls) { Cgroup = directory, Kept = 0 });
        Processes.Reap(child.Pid).Should().Be(0, $"{child.Failure()?.Message}");
        return child.Tape.Result(child.Prologue)!.Value;
    }

    private static bool Ask(byte[] program, char type, int major, int minor, string access)
    {
        var wanted = (access.Contains('m') ? 1 : 0) | (access.Contains('r') ? 2 : 0) | (access.Contains('w') ? 4 : 0);
        long[] r = [0, 0, 0, 0, 0, 0];
        int[] context = [(wanted << 16) | (type == 'b' ? 1 : 2), major, minor];
        for (var pc = 0; ; pc++)
        {
            var i = program.AsSpan(pc * 8, 8);
            var (dst, src, offset, imm) = (i[1]
                & 0xf, i[1] >> 4, BinaryPrimitives.ReadInt16LittleEndian(i[2..]),
                BinaryPrimitives.ReadInt32LittleEndian(i[4..]));
            switch (i[0])
            {
                case 0x61: r[dst] = (uint)context[offset / 4]; break;
                case 0xbc: r[dst] = r[src]; break;
                case 0xb4: r[dst] = imm; break;
                case 0x54: r[dst] &= imm; break;
                case 0x74: r[dst] >>= imm; break;
                case 0x05: pc += offset; break;
                case 0x45: pc += (r[dst] & imm) != 0 ? offset : 0; break;
                case 0x55 or 0x56: pc += r[dst] != imm ? offset : 0; break;
                case 0x95: return r[0] == 1;
                default: throw new InvalidOperationException($"no instruction 0x{i[0]:x} in this machine");
            }
        }
    }
}
