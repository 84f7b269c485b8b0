// Namespaces as flags of clone(2). Tmds.LibC has them as properties of int, and lacks that of time. Lab 02-uts.

namespace MiniContainer.Kernel;

/// <summary>CLONE_NEW* flags (clone(2), namespaces(7)).</summary>
public static class CloneFlags
{
#pragma warning disable CS1591 // namespaces(7) documents each
    public const ulong NEWTIME = 0x80;
    public const ulong NEWNS = 0x20000;
    public const ulong NEWCGROUP = 0x2000000;
    public const ulong NEWUTS = 0x4000000;
    public const ulong NEWIPC = 0x8000000;
    public const ulong NEWUSER = 0x10000000;
    public const ulong NEWPID = 0x20000000;
    public const ulong NEWNET = 0x40000000;
#pragma warning restore CS1591

    /// <summary>The flag of a namespace type as config.json names it; 0 for an unknown one.</summary>
    public static ulong Of(string type) => type switch
    {
        "pid" => NEWPID,
        "network" => NEWNET,
        "mount" => NEWNS,
        "ipc" => NEWIPC,
        "uts" => NEWUTS,
        "user" => NEWUSER,
        "cgroup" => NEWCGROUP,
        "time" => NEWTIME,
        _ => 0,
    };
}
