// The subjects by which a profile groups and colours its spans: the parts of the labs.

using MiniContainer.Plans;

namespace MiniContainer.Telling.Profiling;

/// <summary>What a step is about.</summary>
public static class ProfileKind
{
    /// <summary>minic's own work, besides the steps.</summary>
    public const string Runtime = "minic itself";

    /// <summary>Processes, and how they meet.</summary>
    public const string Process = "processes";

    /// <summary>Mounts and files.</summary>
    public const string Mounts = "mounts and files";

    /// <summary>Control groups.</summary>
    public const string Cgroups = "cgroups";

    /// <summary>Users, capabilities, filters.</summary>
    public const string Privileges = "privileges";

    /// <summary>Links, addresses, routes, rules.</summary>
    public const string Network = "network";

    /// <summary>All, in the order of a legend.</summary>
    public static IReadOnlyList<string> All { get; } = [Runtime, Process, Mounts, Cgroups, Privileges, Network];

    /// <summary>The kind of a step: the part of the labs in which its chapter is taught.</summary>
    public static string Of(Step step) => step.Subject.Chapter.Name switch
    {
        "root" or "mounts" or "devices" or "hiding" => Mounts,
        "limits" => Cgroups,
        "privileges" => Privileges,
        "network" => Network,
        _ => Process,
    };
}
