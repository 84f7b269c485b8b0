// Who writes the maps of a new user namespace (lab 09-rootless; user_namespaces(7), "Defining user and group ID
// mappings").
//
//   root             minic itself, any map
//   a user, own id   minic itself: one line that maps the caller alone. The kernel has setgroups(2) denied first: a
//                    group may be there to keep a user out
//   a user, ranges   newuidmap(1) and newgidmap(1), which have the privilege and look into /etc/subuid and /etc/subgid

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Planning;

/// <summary>Plans id maps.</summary>
internal static class IdMapPlan
{
    /// <summary>The step that writes them.</summary>
    /// <param name="child">The child's name in the plan.</param>
    /// <param name="spec">The configuration.</param>
    /// <param name="caller">Who runs minic.</param>
    /// <exception cref="MinicException">The caller may not map that.</exception>
    public static MapIds Step(string child, Spec spec, Caller caller)
    {
        var (uids, gids) = (spec.Linux?.UidMappings ?? [], spec.Linux?.GidMappings ?? []);
        var step = new MapIds(child, BindSources.Lines(uids), BindSources.Lines(gids))
        {
            Why = "A new user namespace maps nobody; its maps are written once, from outside.",
        };
        if (caller.IsPrivileged)
            return step;
        if (MapsSelf(spec, caller))
            return step with
            {
                DenySetgroups = true,
                Why = "A user without privileges may map themselves alone, and only once setgroups is denied: a group "
                    + "may be there to keep them out of something.",
            };
        if (caller.NewUidMap is null || caller.NewGidMap is null)
            throw new MinicException($"map the ids of {child}",
                "you are not root, and newuidmap and newgidmap, which may map more than your own id, are not installed",
                $"Install them (Debian: uidmap), with a range for you in /etc/subuid and /etc/subgid; or map your own "
                    + $"id alone: $.linux.uidMappings [{{containerID: 0, hostID: {caller.Uid}, size: 1}}].");
        return step with
        {
            NewUidMap = caller.NewUidMap,
            NewGidMap = caller.NewGidMap,
            Why = "A new user namespace maps nobody. These two programs have the privilege to write its maps, and "
                + "give what /etc/subuid and /etc/subgid say.",
        };
    }

    /// <summary>
    /// Whether a container's processes may set groups; null where only the kernel knows: in a user namespace that is
    /// joined.
    /// </summary>
    /// <param name="spec">The configuration.</param>
    /// <param name="namespaces">Its namespaces.</param>
    /// <param name="caller">Who runs minic.</param>
    public static bool? MaySetGroups(Spec spec, NamespacePlan namespaces, Caller caller)
    {
        if (namespaces.JoinsUser)
            return null;
        return caller.MaySetGroups
            && ((namespaces.Made & CloneFlags.NEWUSER) == 0 || caller.IsPrivileged || !MapsSelf(spec, caller));
    }

    private static bool MapsSelf(Spec spec, Caller caller) =>
        spec.Linux?.UidMappings is [{ Size: 1 } uid] && uid.HostId == caller.Uid
        && spec.Linux.GidMappings is [{ Size: 1 } gid] && gid.HostId == caller.Gid;
}
