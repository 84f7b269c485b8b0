// Namespaces as util-linux' programs name them, for scripts by hand (nsenter(1), unshare(1)).

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>CLONE_NEW* bits as options.</summary>
public static class NamespaceOptions
{
    /// <summary>Namespaces as the options of nsenter(1).</summary>
    public static string Nsenter(ulong flags, string path) =>
        string.Join(" ",
            Of(flags)
                .Select(o => $"--{o.Long}={ShellWord.QuoteProc(path.Replace("@", o.File, StringComparison.Ordinal))}"));

    /// <summary>Namespaces as the options of unshare(1).</summary>
    /// <remarks>
    /// The process is to be the first one of a pid namespace: --fork. Mounts keep their propagation, as for clone(2). A
    /// program whose ids are not mapped yet would lose its capabilities by execve: --keep-caps makes them ambient.
    /// </remarks>
    public static string Unshare(ulong flags) => string.Join(" ",
    [
        .. (flags & CloneFlags.NEWPID) == 0 ? [] : new[] { "--fork" },
        .. (flags & CloneFlags.NEWNS) == 0 ? [] : new[] { "--propagation unchanged" },
        .. (flags & CloneFlags.NEWUSER) == 0 ? [] : new[] { "--keep-caps" },
        .. Of(flags).Select(o => $"--{o.Long}"),
    ]);

    /// <summary>Namespaces in words: "the cgroup namespace", "the mount and net namespaces".</summary>
    public static string Names(ulong flags) => Of(flags).Select(o => o.Long).ToList() switch
    {
        [var one] => $"the {one} namespace",
        var many => $"the {string.Join(", ", many[..^1])} and {many[^1]} namespaces",
    };

    // In the order in which options name them.
    private static readonly (ulong Flag, string Long, string File)[] Kinds =
    [
        (CloneFlags.NEWUSER, "user", "user"), (CloneFlags.NEWNS, "mount", "mnt"), (CloneFlags.NEWUTS, "uts", "uts"),
        (CloneFlags.NEWIPC, "ipc", "ipc"), (CloneFlags.NEWNET, "net", "net"), (CloneFlags.NEWPID, "pid", "pid"),
        (CloneFlags.NEWCGROUP, "cgroup", "cgroup"), (CloneFlags.NEWTIME, "time", "time"),
    ];

    private static IEnumerable<(ulong Flag, string Long, string File)> Of(ulong flags) =>
        Kinds.Where(k => (flags & k.Flag) != 0);
}
