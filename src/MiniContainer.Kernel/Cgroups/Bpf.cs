// bpf(2), as far as a cgroup's device filter needs it: load a program, attach it (lab 08-cgroups).

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Loads and attaches programs of the kernel's little machine.</summary>
public static unsafe class Bpf
{
    private const int BPF_PROG_LOAD = 5;
    private const int BPF_PROG_ATTACH = 8;
    private const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private const uint BPF_CGROUP_DEVICE = 6;
    private const uint BPF_F_ALLOW_MULTI = 2;

    /// <summary>Attaches a device filter to a cgroup; it stays until the cgroup goes.</summary>
    /// <remarks>Equivalent to: <c>bpftool prog load …; bpftool cgroup attach CGROUP device id ID multi</c>.</remarks>
    /// <param name="cgroup">A directory of cgroup version 2.</param>
    /// <param name="program">What <see cref="DeviceFilter.Assemble"/> made.</param>
    /// <exception cref="MinicException">The kernel refuses; the verifier's own words are in the message.</exception>
    public static void AttachDeviceFilter(string cgroup, byte[] program)
    {
        using var directory = Libc.OpenHandle(cgroup, O_RDONLY | O_DIRECTORY);
        using var loaded = Load(program);
        // ALLOW_MULTI: the programs of the cgroups above go on to be asked too, and all must agree.
        var attr = new prog_attach
        {
            target_fd = (uint)directory.DangerousGetHandle(),
            attach_bpf_fd = (uint)loaded.DangerousGetHandle(),
            attach_type = BPF_CGROUP_DEVICE,
            attach_flags = BPF_F_ALLOW_MULTI,
        };
        if (Call(BPF_PROG_ATTACH, &attr, sizeof(prog_attach)) < 0)
            throw MinicException.FromErrno($"filter the devices of {cgroup}",
                $"bpf(BPF_PROG_ATTACH, {{target_fd={TapeArg.Quote(cgroup)}, attach_type=BPF_CGROUP_DEVICE, "
                    + $"attach_flags=BPF_F_ALLOW_MULTI}})", Libc.Errno);
    }

    private static SafeFileHandle Load(byte[] program)
    {
        fixed (byte* insns = program, license = "MIT\0"u8)
        {
            var attr = new prog_load
            {
                prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                insn_cnt = (uint)(program.Length / 8),
                insns = (ulong)insns,
                license = (ulong)license,
            };
            var fd = Call(BPF_PROG_LOAD, &attr, sizeof(prog_load));
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Refused(attr, Libc.Errno);
        }
    }

    // Once more, this time with room for the verifier to say what is wrong.
    private static MinicException Refused(prog_load attr, int errno)
    {
        var log = new byte[16384];
        fixed (byte* p = log)
        {
            (attr.log_level, attr.log_size, attr.log_buf) = (1, (uint)log.Length, (ulong)p);
            var fd = Call(BPF_PROG_LOAD, &attr, sizeof(prog_load));
            if (fd >= 0)
                Libc.Ignore(close(fd));
        }

        var text = Encoding.UTF8.GetString(log).TrimEnd('\0').Trim();
        return MinicException.FromErrno("load a device filter",
            $"bpf(BPF_PROG_LOAD, {{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt={attr.insn_cnt}}})", errno,
            text.Length > 0 ? text : null);
    }

    private static int Call(int command, void* attr, int size) => (int)syscall(SYS_bpf, command, attr, size);

    private static int SYS_bpf => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    // The members of union bpf_attr that the two commands use.
    [StructLayout(LayoutKind.Sequential)]
    private struct prog_load
    {
        public uint prog_type;
        public uint insn_cnt;
        public ulong insns;
        public ulong license;
        public uint log_level;
        public uint log_size;
        public ulong log_buf;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct prog_attach
    {
        public uint target_fd;
        public uint attach_bpf_fd;
        public uint attach_type;
        public uint attach_flags;
    }
}
