// Who asks, and which ids that user may give to a container (lab 09-rootless; subuid(5), newuidmap(1)).

using MiniContainer.Kernel;

namespace MiniContainer.Cli.Doctor;

/// <summary>Examines the user.</summary>
internal static class UserChecks
{
    private const string Area = "user";
    private const string ForRanges = "containers of ordinary users with more users than root; lab 09-rootless";

    /// <summary>All of them.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="stateRoot">The directory of all state; null if there is none.</param>
    public static IEnumerable<Finding> All(Caller caller, string? stateRoot)
    {
        yield return new(Area, "you", Verdict.Ok, Who(caller),
            caller.IsMachineRoot ? "pods, networks, limits" : "minic run without root; docs/oci.md");
        yield return stateRoot is { } root
            ? new(Area, "state", Verdict.Ok, root, "every verb")
            : new(Area, "state", Verdict.Missing, "XDG_RUNTIME_DIR is not set", "every verb")
            {
                Remedy = "export XDG_RUNTIME_DIR=$(mktemp -d)",
                AsRoot = false,
            };
        yield return Mappers();
        if (!caller.IsPrivileged)
            yield return Ranges(caller);
    }

    private static string Who(Caller caller) => caller switch
    {
        { IsMachineRoot: true } => "root",
        { IsPrivileged: true } => "root of a user namespace",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"an ordinary user, {Name(caller)}"),
    };

    // A user need not be in /etc/passwd; subuid(5) takes the number as well.
    private static string Name(Caller caller) => Environment.UserName is { Length: > 0 } name
        ? name : caller.Uid.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static readonly string[] Programs = ["newuidmap", "newgidmap"];

    private static Finding Mappers()
    {
        string[] absent = [.. Programs.Where(p => ProgramPath.Find(p) is null)];
        return absent.Length == 0
            ? new(Area, "newuidmap", Verdict.Ok, ProgramPath.Find("newuidmap")!, ForRanges)
            : new(Area, "newuidmap", Verdict.Note, $"not installed: {string.Join(", ", absent)}", ForRanges)
            {
                Remedy = "apt-get install uidmap",
            };
    }

    private static Finding Ranges(Caller caller)
    {
        const string name = "ranges of ids";
        string[] absent = [.. caller.SubUids.Count == 0 ? ["/etc/subuid"] : Array.Empty<string>(),
            .. caller.SubGids.Count == 0 ? ["/etc/subgid"] : Array.Empty<string>()];
        return absent.Length == 0
            ? new(Area, name, Verdict.Ok, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{caller.SubUids.Sum(r => r.Count)} users, {caller.SubGids.Sum(r => r.Count)} groups"), ForRanges)
            : new(Area, name, Verdict.Note, $"no line for you in {string.Join(" and ", absent)}", ForRanges)
            {
                Remedy = $"usermod -v 100000-165535 -w 100000-165535 {Name(caller)}",
            };
    }
}
