// What this kernel and this machine have, read and not tried: the one place that knows how a machine shows what it has
// (labs 07-layers, 08-cgroups, 10-privileges; proc(5), sysfs(5)). What must be tried to be known is in Trial.cs.

using System.Globalization;
using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>Looks at the machine.</summary>
public static class Machine
{
    /// <summary>The oldest kernel that minic runs on; mount_setattr(2) and what it maps came last, with 5.12.</summary>
    public static Version OldestKernel { get; } = new(5, 14);

    /// <summary>The kernel's release. Equivalent to: <c>uname -r</c>.</summary>
    public static string Release => Knob.TryRead("/proc/sys/kernel/osrelease")?.Trim() ?? "";

    /// <summary>The processor. Equivalent to: <c>uname -m</c>.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>
    /// The namespaces that the kernel can make, as files of /proc/PID/ns: "mnt", "net" (namespaces(7)).
    /// </summary>
    public static IReadOnlyList<string> Namespaces =>
        [.. ProcessNamespaces.Kinds.Select(k => k.File).Where(f => Path.Exists($"/proc/self/ns/{f}"))];

    /// <summary>Whether the kernel runs with AppArmor (apparmor(7)).</summary>
    public static bool HasAppArmor => Knob.TryRead("/sys/module/apparmor/parameters/enabled") == "Y";

    /// <summary>Whether the kernel runs with SELinux (selinux(8)).</summary>
    public static bool HasSelinux => File.Exists("/sys/fs/selinux/enforce");

    /// <summary>Whether the kernel has filters of system calls (seccomp(2)).</summary>
    public static bool HasSeccomp => File.Exists("/proc/sys/kernel/seccomp/actions_avail");

    /// <summary>Whether the kernel has IPv6.</summary>
    public static bool HasIPv6 => Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>Whether systemd is process 1 (sd_booted(3)).</summary>
    public static bool HasSystemd => Directory.Exists("/run/systemd/system");

    /// <summary>Whether the kernel can mount a type of file system now, without loading a module.</summary>
    /// <param name="type">"overlay", "ext4".</param>
    public static bool HasFileSystem(string type) =>
        Knob.TryReadLines("/proc/filesystems").Any(l => l.EndsWith("\t" + type, StringComparison.Ordinal));

    /// <summary>
    /// The version that a release begins with: 6.18 of "6.18.44-generic"; null if it begins with none.
    /// </summary>
    /// <param name="release">As <c>uname -r</c> has it.</param>
    public static Version? VersionOf(string release)
    {
        var numbers = release.Split('.', 3);
        return numbers.Length >= 2 && Number(numbers[0]) is { } major
            && Number(new string([.. numbers[1].TakeWhile(char.IsAsciiDigit)])) is { } minor
            ? new Version(major, minor) : null;

        static int? Number(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
