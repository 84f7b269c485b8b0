// The chapters by which a plan is told: --explain folds them, --step plays them, --profile and --by-hand stand under
// them. Each type of step says its own (Step.Subject); here is only what a chapter is called, and what it is for. Lab
// 01-run.

namespace MiniContainer.Plans;

/// <summary>A chapter of a plan.</summary>
/// <param name="Name">Its name, a word of the command line: "limits".</param>
/// <param name="Says">What it is for: a sentence that fits a line of 80 columns beside the name.</param>
public sealed record Chapter(string Name, string Says)
{
    /// <summary>Files and pipes in minic's state directory.</summary>
    public static readonly Chapter State = new("state", "minic notes what exec, state and delete will need.");

    /// <summary>Hooks of config.json.</summary>
    public static readonly Chapter Hooks = new("hooks", "Programs of the user's run at moments that they chose.");

    /// <summary>Links, addresses, routes and rules.</summary>
    public static readonly Chapter Network = new("network", "It gets links, addresses and routes of its own.");

    /// <summary>Control groups.</summary>
    public static readonly Chapter Limits = new("limits", "Cgroups bound what it may use, and list its devices.");

    /// <summary>The process, and its namespaces.</summary>
    public static readonly Chapter Namespaces = new("namespaces",
        "A process is made that has its own view of the system.");

    /// <summary>The new root.</summary>
    public static readonly Chapter Root = new("root", "A directory becomes its /; the host's files go away.");

    /// <summary>What is mounted in it.</summary>
    public static readonly Chapter Mounts = new("mounts", "File systems are mounted in its new root.");

    /// <summary>Nodes and links in /dev.</summary>
    public static readonly Chapter Devices = new("devices", "Programs expect these nodes and links in /dev.");

    /// <summary>Masked and read-only paths.</summary>
    public static readonly Chapter Hiding = new("hiding", "Files that tell of the host, or change it, are closed.");

    /// <summary>Users, capabilities, filters.</summary>
    public static readonly Chapter Privileges = new("privileges",
        "It gives up, for good, what the command may not have.");

    /// <summary>The command.</summary>
    public static readonly Chapter Command = new("command", "The tape ends: the command takes the process over.");

    /// <summary>All of them, about in the order in which a container meets them.</summary>
    public static IReadOnlyList<Chapter> All { get; } =
        [State, Hooks, Network, Limits, Namespaces, Root, Mounts, Devices, Hiding, Privileges, Command];

    /// <summary>The chapter of a step that says none: the subject of its lab.</summary>
    /// <param name="lab">"06-mounts".</param>
    public static Chapter OfLab(string lab) => lab[..2] switch
    {
        "05" => Root,
        "06" or "07" => Mounts,
        "08" => Limits,
        "09" or "10" => Privileges,
        "12" => State,
        "13" or "14" or "15" or "16" or "18" or "22" => Network,
        "01" or "20" or "21" => Command,
        _ => Namespaces,
    };
}

/// <summary>What a step is about, and how several of its kind are told in one line.</summary>
/// <param name="Chapter">The chapter in which it is told.</param>
/// <param name="Many">
/// What several of them do, with # for their number: "make # cgroups"; null if each has its own line.
/// </param>
/// <param name="Thing">What this one does it to: "memory".</param>
public sealed record Subject(Chapter Chapter, string? Many = null, string? Thing = null)
{
    /// <summary>Of one end of a meeting of minic and a child: it belongs to that for which they meet.</summary>
    public static Subject Meeting { get; } = new(Chapter.Namespaces);

    /// <summary>The hierarchy of a cgroup's directory: "memory" of /sys/fs/cgroup/memory/minic/box.</summary>
    public static string Hierarchy(string path)
    {
        const string Top = "/sys/fs/cgroup/";
        return path.StartsWith(Top, StringComparison.Ordinal) ? path[Top.Length..].Split('/')[0] : path;
    }
}

/// <summary>A step that concerns one child of its plan.</summary>
public interface IOfChild
{
    /// <summary>The child's name in the plan; null if there is none.</summary>
    string? Child { get; }
}
