// A path may exist for the shell that the user typed it in, and not for us: a lab world, unshare(1) and containers have
// mounts of their own, and /tmp as a rule is one of them (labs 06-mounts; mount_namespaces(7), proc_pid_root(5)).

using System.Globalization;

namespace MiniContainer.Kernel;

/// <summary>What the processes that we come from see, in mount namespaces other than ours.</summary>
public static class OtherMounts
{
    /// <summary>The nearest of our parents in another mount namespace for which a path exists.</summary>
    /// <param name="path">An absolute path, which does not exist for us.</param>
    /// <returns>Its pid and its name; null if there is none, or none that we may look at.</returns>
    public static (int Pid, string Name)? WhoSees(string path)
    {
        try
        {
            var ours = new FileInfo("/proc/self/ns/mnt").LinkTarget;
            for (var pid = Parent("self"); pid > 0; pid = Parent(Text(pid)))
            {
                var namespaces = new FileInfo($"/proc/{Text(pid)}/ns/mnt").LinkTarget;
                if (namespaces != ours && Path.Exists($"/proc/{Text(pid)}/root{path}"))
                    return (pid, File.ReadAllText($"/proc/{Text(pid)}/comm").TrimEnd('\n'));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
        }

        return null;
    }

    /// <summary>The mount that covers a path for us.</summary>
    /// <param name="path">An absolute path.</param>
    public static string PointOf(string path) =>
        MountInfo.All().Select(mount => mount.Point)
        .Where(point => point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal))
        .MaxBy(point => point.Length) ?? "/";

    private static string Text(int pid) => pid.ToString(CultureInfo.InvariantCulture);

    // "PID (NAME) STATE PPID ...": a name may hold anything, parentheses too.
    private static int Parent(string process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
