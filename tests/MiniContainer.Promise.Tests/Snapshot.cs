// The world as it is: all that a container runtime changes, in words, so that two moments can be compared and the
// difference read. In process, since a proof of thousands of cases takes thousands of these; scripts/residue is its
// sibling for people. What the kernel does by itself (link-local addresses, the table "local") is left out.

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Promise.Tests;

internal sealed partial class Snapshot
{
    private static readonly IReadOnlyList<string> CgroupPlaces = [.. Cgroups.Hierarchies()
        .Select(h => Path.Combine(h.IsV2 ? h.MountPoint : h.Own, "minic")).Distinct()];

    private readonly Dictionary<string, IReadOnlyList<string>> parts = [];

    public string this[string part] => string.Join('\n', parts[part]);

    public static Snapshot Of(World world)
    {
        var snapshot = new Snapshot();
        foreach (var (part, lines) in Network(world.Netns))
            snapshot.Add(part, lines);
        snapshot.Add("nft rules",
            Nftables.List("ruleset", world.Netns).Split('\n').Select(l => Counters().Replace(l, "")), sort: false);
        snapshot.Add("settings", NetworkNamespace.Run(world.Netns, Settings));
        snapshot.Add("mounts", File.ReadAllLines($"/proc/{world.Pid}/mountinfo").Select(Mount));
        snapshot.Add("cgroups", CgroupsOf(world.Name));
        var processes = Directory.GetDirectories($"{world.Root}/proc")
            .Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])).Select(Process)
            .OfType<(string Line, string[] Namespaces)>().ToList();
        snapshot.Add("processes", processes.Select(p => p.Line));
        snapshot.Add("namespaces", processes.SelectMany(p => p.Namespaces).Distinct());
        snapshot.Add("files",
            Directory.EnumerateFileSystemEntries($"{world.Root}/run", "*", SearchOption.AllDirectories)
                .Select(f => $"{f[$"{world.Root}".Length..]} {Content(f)}"));
        return snapshot;
    }

    /// <summary>What rtnetlink tells of a network namespace.</summary>
    public static IReadOnlyList<(string Part, IReadOnlyList<string> Lines)> Network(SafeHandle netns)
    {
        using var kernel = RtNetlink.OpenIn(netns);
        var links = kernel.ListLinks().ToDictionary(l => l.Index);
        return
        [
            ("links",
                [.. links.Values.Select(l =>
                    $"{l.Name} {l.Kind} mtu {l.Mtu} {l.Mac} {(l.IsUp ? "up" : "down")} "
                        + $"{(l.MasterIndex is { } m && links.TryGetValue(m, out var master) ? master.Name : "")}")]),
            ("addresses",
                [.. kernel.ListAddresses().Where(a => !a.Local.IsIPv6LinkLocal).Select(a => $"{a} dev {a.Dev}")]),
            ("routes",
                [.. kernel.ListRoutes(AddressFamily.InterNetwork)
                    .Concat(kernel.ListRoutes(AddressFamily.InterNetworkV6))
                    .Where(r => !OfTheKernel(r.Destination.BaseAddress)).Select(r => $"{r} dev {r.Dev}")]),
            ("neighbours", [.. kernel.ListNeighbours().Where(n => n.IsPermanent).Select(n => n.ToString())]),
        ];
    }

    /// <summary>The cgroups whose first part below minic begins with a name, or with a pod of that name.</summary>
    public static IReadOnlyList<string> CgroupsOf(string name)
    {
        while (true)
        {
            try
            {
                return [.. CgroupPlaces.Where(Directory.Exists)
                    .SelectMany(p => Directory.GetDirectories(p, $"*{name}*"))
                    .SelectMany(d => Directory.GetDirectories(d, "*", SearchOption.AllDirectories).Append(d))];
            }
            catch (DirectoryNotFoundException)
            {
                // Worlds share the cgroup above theirs, and the last one to leave removes it under our eyes: look
                // again.
            }
        }
    }

    /// <summary>What is there more (+) and less (-) than before, by kind; empty if nothing.</summary>
    public string Difference(Snapshot before, IReadOnlyCollection<string> ignored)
    {
        var lines = new List<string>();
        foreach (var (part, now) in parts)
        {
            var then = before.parts[part];
            if (ignored.Contains(part) || now.SequenceEqual(then))
                continue;
            lines.Add($"  {part}:");
            lines.AddRange(then.Except(now).Select(l => $"    - {l}"));
            lines.AddRange(now.Except(then).Select(l => $"    + {l}"));
        }

        return string.Join('\n', lines);
    }

    private void Add(string part, IEnumerable<string> lines, bool sort = true) =>
        parts[part] = sort ? [.. lines.Order(StringComparer.Ordinal)] : [.. lines];

    private static bool OfTheKernel(IPAddress address) => address.IsIPv6LinkLocal || address.IsIPv6Multicast;

    private static List<string> Settings()
    {
        string[] places = ["ipv4/conf/all", "ipv4/conf/default", "ipv6/conf/all", "ipv6/conf/default"];
        var files = places.SelectMany(p => Directory.GetFiles($"/proc/sys/net/{p}"))
            .Append("/proc/sys/net/ipv4/ip_forward");
        return [.. files.Where(f => !f.EndsWith("stable_secret", StringComparison.Ordinal))
            .Select(f => (f, Knob.TryRead(f))).Where(f => f.Item2 is not null)
            .Select(f => $"{f.f["/proc/sys/".Length..]} = {f.Item2!.Trim()}")];
    }

    // Ids, device numbers, peer groups and the numbers of namespaces ("net:[4026532389]") are handed out anew each
    // time; what is mounted where is not.
    private static string Mount(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        var root = words[dash + 1] == "nsfs" ? words[3].Split(':')[0] : words[3];
        return $"{words[4]} {root} {words[dash + 1]} {words[dash + 2]} {words[5]}";
    }

    private static (string Line, string[] Namespaces)? Process(string directory)
    {
        try
        {
            var pid = Path.GetFileName(directory);
            var stat = File.ReadAllText($"{directory}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // A zombie has ended: it is a number that waits for the shell to look at it.
            if (fields[0] is "Z" or "X")
                return null;
            var namespaces = Directory.GetFiles($"{directory}/ns")
                .Where(n => !n.EndsWith("_for_children", StringComparison.Ordinal))
                .Select(n => new FileInfo(n).LinkTarget ?? "").ToArray();
            var command = File.ReadAllText($"{directory}/cmdline").Replace('\0', ' ');
            return (string.Create(CultureInfo.InvariantCulture,
                $"{pid} since {fields[19]} {(command.Length > 60 ? command[..60] : command)}"), namespaces);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while we looked.
            return null;
        }
    }

    // The address given last moves on with each lease, so that none is given twice in a row.
    private static string Content(string path)
    {
        var info = new FileInfo(path);
        if (info.Attributes.HasFlag(FileAttributes.Directory))
            return "directory";
        if (path.Contains("/last_reserved_ip.", StringComparison.Ordinal))
            return "file";
        // A named pipe has no content, and opening it would wait.
        return info.Length == 0 ? "empty" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))[..8];
    }

    [GeneratedRegex(" packets [0-9]+ bytes [0-9]+")]
    private static partial Regex Counters();
}
