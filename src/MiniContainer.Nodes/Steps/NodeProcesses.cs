// The processes that live in namespaces of a node: what /proc/PID/ns says (namespaces(7)). Servers, whatever a person
// started in there, and what that left behind are found the same way, and so cannot be forgotten.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using static Tmds.Linux.LibC;

namespace MiniContainer.Nodes.Steps;

/// <summary>A process in a node.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Words">Its command line.</param>
public sealed record NodeProcess(int Pid, IReadOnlyList<string> Words);

/// <summary>Finds and ends the processes of nodes.</summary>
public static class NodeProcesses
{

    /// <summary>The processes of which a namespace is among the given ones.</summary>
    /// <param name="namespaces">"net:[4026532008]" and the like; our own are never meant.</param>
    public static IReadOnlyList<NodeProcess> Find(IEnumerable<string> namespaces)
    {
        var wanted = namespaces.Except(NamespacesOf("self")).ToHashSet();
        if (wanted.Count == 0)
            return [];
        return
        [
            .. Directory.EnumerateDirectories("/proc").Select(d => Path.GetFileName(d)!)
                .Where(name => char.IsAsciiDigit(name[0]) && NamespacesOf(name).Any(wanted.Contains))
                .Select(name => new NodeProcess(int.Parse(name, CultureInfo.InvariantCulture), WordsOf(name))),
        ];
    }

    /// <summary>
    /// Kills them all, those too that they start meanwhile, and waits until they have gone. Cgroups that held no other
    /// process go too.
    /// </summary>
    /// <param name="namespaces">
    /// As for <see cref="Find"/>; bound still, or their numbers may mean others by now.
    /// </param>
    /// <exception cref="MinicException">One hangs in the kernel.</exception>
    public static void End(IReadOnlyList<string> namespaces)
    {
        var cgroups = new HashSet<string>();
        try
        {
            for (var round = 0; round < 100; round++)
            {
                var found = Find(namespaces);
                if (found.Count == 0)
                    return;
                cgroups.UnionWith(found.SelectMany(p => CgroupsOf(p.Pid)));
                foreach (var process in found)
                    Kill(process, namespaces);
            }
        }
        finally
        {
            // If one hangs too: the next attempt does not find those that are dead by then, nor what they were in.
            RemoveEmpty(cgroups);
        }

        throw new MinicException("end the processes of a node", "they start new ones faster than these can be killed",
            $"Find and stop what starts them; lsns -p PID shows who is in {string.Join(" ", namespaces)}.");
    }

    private static void Kill(NodeProcess process, IReadOnlyList<string> namespaces)
    {
        using var pidfd = Processes.OpenPidFd(process.Pid);
        // Opened first, looked at then: from here on the descriptor means one process, whatever becomes of its number.
        if (pidfd is null || !NamespacesOf(process.Pid.ToString(CultureInfo.InvariantCulture)).Any(namespaces.Contains))
            return;
        _ = Processes.Signal(pidfd, SIGKILL);
        var end = Environment.TickCount64 + 10_000;
        bool ended;
        do // A signal that is caught ends a wait early.
            ended = Processes.WaitEnd(pidfd, (int)Math.Max(0, end - Environment.TickCount64));
        while (!ended && Environment.TickCount64 < end);
        if (!ended)
            throw new MinicException($"end process {process.Pid} ({string.Join(' ', process.Words)})",
                "it is still there 10 s after SIGKILL", $"It hangs in the kernel: see cat /proc/{process.Pid}/stack.");
    }

    // A node has no cgroups of its own to be taken away with it: those that are made in there are the machine's (lab
    // 08-cgroups). Their makers are dead by now, and cannot. The roots of the hierarchies, and our own, are never
    // empty.
    private static void RemoveEmpty(IEnumerable<string> cgroups)
    {
        foreach (var path in cgroups.Where(c => Cgroups.Processes(c).Count == 0))
            Cgroups.Remove(path);
    }

    private static IEnumerable<string> CgroupsOf(int pid)
    {
        try
        {
            var own = Cgroups.Hierarchies().Select(h => h.Own).ToHashSet();
            return
            [
                .. Cgroups.Hierarchies(pid).Where(h => h.Own != h.MountPoint).Select(h => h.Own)
                    .Where(o => !own.Contains(o)),
            ];
        }
        catch (IOException)
        {
            return []; // It has ended.
        }
    }

    // A process that has ended, or is not ours to look at, has no links; a zombie has none either.
    private static IEnumerable<string> NamespacesOf(string pid)
    {
        foreach (var kind in Node.Kinds)
        {
            string? target;
            try
            {
                target = new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                target = null;
            }

            if (target is null)
                yield break;
            yield return target;
        }
    }

    private static string[] WordsOf(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
