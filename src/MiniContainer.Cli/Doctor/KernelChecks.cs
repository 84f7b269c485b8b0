// What the kernel must be able to do, each tried in a child's own namespaces where reading does not tell (labs 02-uts
// to 10-privileges; namespaces(7)).

using MiniContainer.Kernel;

namespace MiniContainer.Cli.Doctor;

/// <summary>Examines the kernel.</summary>
internal static class KernelChecks
{
    private const string Area = "kernel";
    private const string ForUsers = "minic run by ordinary users; labs 09-rootless, 10-privileges, 11-exec, 12-oci";

    // Each container has these; the others are made if they are asked for.
    private static readonly string[] Needed = ["mnt", "pid", "net", "ipc", "uts"];

    /// <summary>All of them.</summary>
    /// <param name="caller">Who asks.</param>
    public static IEnumerable<Finding> All(Caller caller)
    {
        var users = Trial.UserNamespace();
        // Without privilege all else happens in a user namespace.
        var possible = caller.IsPrivileged || users is null;
        yield return Release();
        yield return Namespaces(caller, possible);
        yield return UserNamespaces(caller, users);
        if (possible)
            yield return Calls(caller);
        if (possible)
            yield return Overlay(caller, users is null);
        if (caller.IsMachineRoot && users is null)
            yield return IdMaps();
        yield return Filters();
        yield return AppArmor();
    }

    private static Finding Release()
    {
        var isOld = Machine.VersionOf(Machine.Release) < Machine.OldestKernel;
        return new(Area, "Linux", isOld ? Verdict.Missing : Verdict.Ok,
            $"{Machine.Release}, {Machine.Architecture}"
                + (isOld ? $"; minic needs {Machine.OldestKernel} or newer, as Debian 12 and Ubuntu 24.04 have" : ""),
            "everything");
    }

    private static Finding Namespaces(Caller caller, bool possible)
    {
        const string what = "minic run; labs 02-uts, 04-pid, 06-mounts";
        var absent = Needed.Except(Machine.Namespaces).ToList();
        if (absent.Count > 0)
            return new(Area, "namespaces", Verdict.Missing, $"the kernel has no {string.Join(", ", absent)}", what);
        if (!possible)
            return new(Area, "namespaces", Verdict.Missing, "yours need a user namespace", what);
        var kinds = ProcessNamespaces.Kinds.Where(k => Machine.Namespaces.Contains(k.File)).ToList();
        var user = caller.IsPrivileged ? 0 : CloneFlags.NEWUSER;
        var failed = kinds.Where(k => k.File != "user").Select(k => (k.File, Why: Trial.Namespaces(k.Flag | user)))
            .Where(k => k.Why is not null).ToList();
        return failed.Count == 0
            ? new(Area, "namespaces", Verdict.Ok, string.Join(", ", kinds.Select(k => k.File)), what)
            : new(Area, "namespaces", failed.Exists(f => Needed.Contains(f.File)) ? Verdict.Missing : Verdict.Note,
                string.Join("; ", failed.Select(f => $"{f.File}: {f.Why}")), what);
    }

    private static Finding UserNamespaces(Caller caller, string? failed)
    {
        const string name = "user namespaces";
        // Root wants to know, too, whether others may.
        var ban = UserNamespaceBan.Find(toRoot: failed is not null && caller.IsPrivileged);
        if (failed is null && (ban is null || !caller.IsPrivileged))
            return new(Area, name, Verdict.Ok, "you may make them", ForUsers);
        var found = !Machine.Namespaces.Contains("user") ? "the kernel has none"
            : ban is null ? failed!
            : $"{(failed is null ? "forbidden to ordinary users" : "forbidden")}: {ban.Setting} is {ban.Value}";
        return new(Area, name, caller.IsPrivileged ? Verdict.Note : Verdict.Missing, found, ForUsers)
        {
            Remedy = ban?.Remedy,
        };
    }

    private static Finding Calls(Caller caller)
    {
        const string what = "everything; labs 03-threads, 06-mounts";
        return Trial.Calls(!caller.IsPrivileged) is { } failed
            ? new(Area, "system calls", Verdict.Missing,
                $"{failed}; a filter of the container or machine you are in may refuse it", what)
            : new(Area, "system calls", Verdict.Ok, "clone3, pidfd_open, fsopen, open_tree, mount_setattr", what);
    }

    private static Finding Overlay(Caller caller, bool userNamespaces)
    {
        const string name = "overlayfs", what = "minic pod run; labs 07-layers and 09-rootless to 12-oci";
        if (!Machine.HasFileSystem("overlay") && KernelModule.WouldLoad("overlay"))
            return new(Area, name, Verdict.Ok, "a module, which the kernel loads when it is used", what)
            {
                Remedy = "modprobe overlay",
            };
        if (caller.IsPrivileged && Trial.Overlay(inUserNamespace: false) is { } failed)
            return new(Area, name, Verdict.Missing, failed, what) { Remedy = "modprobe overlay" };
        return userNamespaces && Trial.Overlay(inUserNamespace: true) is { } users
            ? new(Area, name, Verdict.Note, $"not in a user namespace: {users}", what)
            : new(Area, name, Verdict.Ok, userNamespaces ? "in a user namespace too" : "it can be mounted", what);
    }

    private static Finding IdMaps() => Trial.IdMap("/") is { } failed
        ? new(Area, "id-mapped mounts", Verdict.Note, $"the file system of / cannot map ids: {failed}", ForIdMaps)
        : new(Area, "id-mapped mounts", Verdict.Ok, "the file system of / can map ids", ForIdMaps);

    private const string ForIdMaps = "mounts with uidMappings in config.json; lab 09-rootless";

    private static Finding Filters()
    {
        const string name = "seccomp", what = "linux.seccomp in config.json, as engines write it; lab 10-privileges";
        if (!Machine.HasSeccomp)
            return new(Area, name, Verdict.Missing, "the kernel has no filters of system calls", what);
        return Trial.SeccompLibrary() is { } missing
            ? new(Area, name, Verdict.Missing, missing, what) { Remedy = "apt-get install libseccomp2" }
            : Trial.Filter() is { } failed
            ? new(Area, name, Verdict.Missing, failed, what)
            : new(Area, name, Verdict.Ok, $"with libseccomp {Seccomp.Version()}", what);
    }

    private static Finding AppArmor()
    {
        const string what = "process.apparmorProfile in config.json";
        return Machine.HasAppArmor
            ? new(Area, "AppArmor", Verdict.Ok, "on", what)
            : new(Area, "AppArmor", Verdict.Note, "off: minic refuses profiles by name", what);
    }
}
