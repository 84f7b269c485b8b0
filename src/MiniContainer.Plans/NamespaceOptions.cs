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

    private static IEnumerable<(string Long, string File)> Of(ulong flags)
    {
        if ((flags & CloneFlags.NEWUSER) != 0)
            yield return ("user", "user");
        if ((flags & CloneFlags.NEWNS) != 0)
            yield return ("mount", "mnt");
        if ((flags & CloneFlags.NEWUTS) != 0)
            yield return ("uts", "uts");
        if ((flags & CloneFlags.NEWIPC) != 0)
            yield return ("ipc", "ipc");
        if ((flags & CloneFlags.NEWNET) != 0)
            yield return ("net", "net");
        if ((flags & CloneFlags.NEWPID) != 0)
            yield return ("pid", "pid");
        if ((flags & CloneFlags.NEWCGROUP) != 0)
            yield return ("cgroup", "cgroup");
        if ((flags & CloneFlags.NEWTIME) != 0)
            yield return ("time", "time");
    }
}
