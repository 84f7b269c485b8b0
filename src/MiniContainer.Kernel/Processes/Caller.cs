// Who runs minic, as the kernel sees it: root of the machine, root of a user namespace alone, or an ordinary user, and
// which ids that user may give to others (lab 09-rootless; user_namespaces(7), subuid(5), newuidmap(1)).

using System.Globalization;
using Mono.Unix.Native;

namespace MiniContainer.Kernel;

/// <summary>A range of ids that a user may map: <c>name:first:count</c> of subuid(5).</summary>
/// <param name="First">The first id, on the host.</param>
/// <param name="Count">How many there are.</param>
public sealed record IdRange(uint First, uint Count);

/// <summary>Who runs minic.</summary>
/// <param name="Uid">The effective user id.</param>
/// <param name="Gid">The effective group id.</param>
public sealed record Caller(uint Uid, uint Gid)
{
    /// <summary>Root of the whole machine.</summary>
    public static readonly Caller Root = new(0, 0)
    {
        IsPrivileged = true,
        MaySetGroups = true,
        OwnsNetwork = true,
        OwnsPids = true,
    };

    /// <summary>
    /// Whether it may make namespaces of any kind, and write any map (CAP_SYS_ADMIN, CAP_SETUID in its user namespace).
    /// </summary>
    public bool IsPrivileged { get; init; }

    /// <summary>
    /// Whether its user namespace is another one than the machine's: it may not make device nodes then.
    /// </summary>
    public bool InUserNamespace { get; init; }

    /// <summary>Whether it is root of the machine, and not of a user namespace alone.</summary>
    public bool IsMachineRoot => IsPrivileged && !InUserNamespace;

    /// <summary>Whether setgroups(2) is allowed in its user namespace.</summary>
    public bool MaySetGroups { get; init; }

    /// <summary>
    /// Whether the network namespace it is in is its own to change: not the machine's, for root of a user namespace
    /// alone.
    /// </summary>
    public bool OwnsNetwork { get; init; }

    /// <summary>
    /// Whether it may have a child born into another pid namespace: it enters that one for the moment, and must be
    /// allowed to come back to its own, which for root of a user namespace alone is the machine's (setns(2)).
    /// </summary>
    public bool OwnsPids { get; init; }

    /// <summary>The user ids besides its own that it may map; empty for none.</summary>
    public IReadOnlyList<IdRange> SubUids { get; init; } = [];

    /// <summary>The group ids besides its own that it may map.</summary>
    public IReadOnlyList<IdRange> SubGids { get; init; } = [];

    /// <summary>newuidmap(1), which has the privilege to map them; null where it is not installed.</summary>
    public string? NewUidMap { get; init; }

    /// <summary>newgidmap(1); null where it is not installed.</summary>
    public string? NewGidMap { get; init; }

    /// <summary>Whether it may map a range of ids, and not its own alone.</summary>
    public bool MapsRanges => NewUidMap is not null && NewGidMap is not null && SubUids.Count > 0 && SubGids.Count > 0;

    private static readonly Lazy<Caller> Once = new(Read);

    /// <summary>The user who runs this process; nothing about that changes while it lives.</summary>
    public static Caller Current => Once.Value;

    private static Caller Read()
    {
        var caller = new Caller(Syscall.geteuid(), Syscall.getegid())
        {
            IsPrivileged = Capabilities.Effective() is var held && Has(held, "CAP_SYS_ADMIN") && Has(held, "CAP_SETUID")
                && Has(held, "CAP_SETGID"),
            InUserNamespace = (Knob.TryRead("/proc/self/uid_map") ?? "").Split(' ',
                StringSplitOptions.RemoveEmptyEntries) is not ["0", "0", "4294967295"],
            MaySetGroups = Knob.TryRead("/proc/self/setgroups") != "deny",
        };
        if (caller.IsPrivileged)
            return caller with
            {
                OwnsNetwork = !caller.InUserNamespace || ProcessNamespaces.BelongsToOurs("net"),
                OwnsPids = !caller.InUserNamespace || ProcessNamespaces.BelongsToOurs("pid"),
            };
        var name = Libc.UserName(caller.Uid);
        return caller with
        {
            SubUids = Ranges("/etc/subuid", name, caller.Uid),
            SubGids = Ranges("/etc/subgid", name, caller.Uid),
            NewUidMap = ProgramPath.Find("newuidmap"),
            NewGidMap = ProgramPath.Find("newgidmap"),
        };
    }

    // A user's lines begin with the name or with the user id, in both files.
    internal static IReadOnlyList<IdRange> Ranges(string path, string? name, uint uid)
    {
        if (!File.Exists(path))
            return [];
        var number = uid.ToString(CultureInfo.InvariantCulture);
        return
        [
            .. File.ReadLines(path).Select(l => l.Split(':'))
                .Where(f => f.Length == 3 && (f[0] == name || f[0] == number))
                .Select(f => uint.TryParse(f[1], CultureInfo.InvariantCulture, out var first)
                    && uint.TryParse(f[2], CultureInfo.InvariantCulture, out var count)
                    ? new IdRange(first, count) : null)
                .OfType<IdRange>().Where(r => r.Count > 0),
        ];
    }

    private static bool Has(ulong set, string capability) => (set >> Capabilities.Number(capability)!.Value & 1) == 1;
}
