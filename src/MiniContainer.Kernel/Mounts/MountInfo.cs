// What is mounted in our mount namespace (lab 06-mounts; proc_pid_mountinfo(5)).

namespace MiniContainer.Kernel;

/// <summary>A mount.</summary>
/// <param name="Root">The directory of its file system that it shows.</param>
/// <param name="Point">Where it is; a space in it is \040.</param>
/// <param name="Type">Its file system's type.</param>
/// <param name="SuperOptions">The options of the file system itself.</param>
public sealed record MountInfo(string Root, string Point, string Type, IReadOnlyList<string> SuperOptions)
{
    /// <summary>The mounts of some types, in the order in which they were made.</summary>
    /// <param name="types">The types.</param>
    public static IReadOnlyList<MountInfo> Of(params string[] types)
    {
        var mounts = new List<MountInfo>();
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            // "36 35 98:0 /root /point options - type source superoptions"; most lines are none of ours, and stay
            // whole.
            if (!types.Any(t => line.Contains($" - {t} ", StringComparison.Ordinal)))
                continue;
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            mounts.Add(new MountInfo(fields[3], fields[4], fields[dash + 1], fields[dash + 3].Split(',')));
        }

        return mounts;
    }
}
