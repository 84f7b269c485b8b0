// The user and the capabilities of a process: exactly those of config.json, whatever the caller of minic had
// (lab 10-privileges; capabilities(7), user_namespaces(7); runtime-spec, "Linux Process").
//
// A process that enters a user namespace, a new one or another's, gets all capabilities in there, bounding set
// included, though minic may have few; its securebits and inheritable set begin anew. A process that stays in minic's
// user namespace has what minic has.

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Planning;

/// <summary>The user namespace that a process runs in.</summary>
/// <param name="Entered">Whether it is another one than minic's.</param>
/// <param name="MaySetGroups">Whether setgroups(2) is allowed in it; null where only the kernel knows.</param>
public readonly record struct UserNamespace(bool Entered, bool? MaySetGroups);

/// <summary>Works out the rights of a process.</summary>
internal static class RightsPlan
{
    // Each flag of the securebits has its lock beside it, one bit higher.
    private const uint Locks = 0xaaaa_aaaa;

    private const string NoGroups = "in this user namespace nobody may change them";

    private const string OwnGroups = "Leave $.process.user.additionalGids out; or let newgidmap write the map: "
        + "install uidmap, and give the user a range in /etc/subuid and /etc/subgid.";

    /// <summary>The rights of a process.</summary>
    /// <exception cref="MinicException">The user namespace has no groups to set.</exception>
    public static Rights Of(Process process, Facts facts, UserNamespace users)
    {
        var user = process.User ?? new User();
        if (users.MaySetGroups == false && user.AdditionalGids is { Count: > 0 })
            throw new MinicException("set the additional groups", NoGroups, OwnGroups);
        // A config.json without capabilities asks for none, as runc and crun have it, and never for all that minic has.
        var sets = process.Capabilities ?? new Containers.Oci.Capabilities();
        // What minic lacks it cannot hand on; runtimes pass over such capabilities, and so does this one.
        var bounding = users.Entered ? ulong.MaxValue : facts.Capabilities;
        var permitted = users.Entered ? ulong.MaxValue : facts.Capabilities & facts.Permitted;
        var surplus = bounding & ~Set(sets.Bounding);
        // The kernel makes ambient only what is inheritable and permitted; runc's own spec lists more, and runc
        // passes over it.
        var ambient = Set(sets.Inheritable) & Set(sets.Permitted) & permitted;
        return new Rights(user.Uid, user.Gid)
        {
            Groups = user.AdditionalGids ?? [],
            MaySetGroups = users.MaySetGroups,
            SecureBits = users.Entered ? null : SecureBits(facts),
            Dropped = [.. Kernel.Capabilities.List(surplus).Where(c => c <= facts.LastCapability)],
            Effective = Set(sets.Effective) & permitted,
            Permitted = Set(sets.Permitted) & permitted,
            Inheritable = Set(sets.Inheritable) & permitted,
            // Where something can be ambient, the caller's own ambient set may hold it.
            Ambient = ambient != 0 || sets.Ambient is { Count: > 0 } ? Set(sets.Ambient) & ambient : null,
            NoNewPrivileges = process.NoNewPrivileges,
        };
    }

    // With the caller's NOROOT, root would have nothing of what config.json gives it; with NO_SETUID_FIXUP, a program
    // that becomes another user would keep it all.
    private static uint? SecureBits(Facts facts)
    {
        if (facts.SecureBits == 0)
            return null;
        var locks = facts.SecureBits & Locks;
        var left = locks | facts.SecureBits & locks >> 1;
        var setpcap = 1UL << Kernel.Capabilities.Number("CAP_SETPCAP")!.Value;
        var mayChange = (facts.Capabilities & facts.Permitted & setpcap) != 0;
        var held = mayChange ? left : facts.SecureBits;
        var because = mayChange ? "are locked" : "cannot be changed without CAP_SETPCAP";
        if (held != 0)
            Warnings.Sink($"the caller's securebits 0x{held:x} {because}: they hold in the container too");
        return mayChange && left != facts.SecureBits ? left : null;
    }

    private static ulong Set(IReadOnlyList<string>? names) =>
        (names ?? []).Select(Kernel.Capabilities.Number).OfType<int>().Aggregate(0UL, (set, c) => set | 1UL << c);
}
