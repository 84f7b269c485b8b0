// What rtnetlink and nft show of a network namespace, a line each (NetworkView.cs; ip(8), nft(8)).

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Observation;

/// <summary>Looks at a network namespace: that of a process, or with null our own.</summary>
public static partial class NetworkSnapshot
{
    /// <summary>Links, addresses, routes and neighbours; nothing where we may not look.</summary>
    public static IReadOnlyList<(string What, IReadOnlyList<string> Lines)> Of(int? pid)
    {
        try
        {
            using var netns = Open(pid);
            var view = NetworkView.Of(netns);
            return
            [
                ("links", [.. view.Links.Select(l => Line(l, view.Links))]),
                ("addresses", [.. view.Addresses.Select(a => $"{a} dev {a.Dev}")]),
                ("routes", [.. view.Routes.Select(r => r.ToString())]),
                ("neighbours", [.. view.Neighbours.Select(n => n.ToString())]),
            ];
        }
        catch (MinicException)
        {
            return [];
        }
    }

    /// <summary>Kernel settings (sysctl(8)), as far as they are there: those of a link come with it.</summary>
    public static IReadOnlyList<string> Settings(int pid, IEnumerable<string> names)
    {
        using var netns = Open(pid);
        return [.. names.Distinct().Select(Line).OfType<string>()];

        string? Line(string name)
        {
            try
            {
                return $"{name} = {Sysctl.Read(name, netns)}";
            }
            catch (MinicException)
            {
                return null;
            }
        }
    }

    /// <summary>
    /// The rules of our own namespace: each line of nft's with what it stands in, "chain input: accept".
    /// </summary>
    public static IReadOnlyList<string> Rules()
    {
        try
        {
            return Flatten(Nftables.List("ruleset"));
        }
        catch (MinicException)
        {
            return [];
        }
    }

    /// <summary>nft's nested blocks as lines that each stand for themselves.</summary>
    public static IReadOnlyList<string> Flatten(string ruleset)
    {
        var (lines, blocks, empty) = (new List<string>(), new List<string>(), false);
        foreach (var line in ruleset.Split('\n').Select(l => Counters().Replace(l.Trim(), "")).Where(l => l.Length > 0))
        {
            var opens = line.EndsWith(" {", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal);
            if (opens)
            {
                blocks.Add(line[..^2]);
            }
            else if (line == "}" && blocks.Count > 0)
            {
                // What is in a block tells of the block too; one with nothing in it must tell of itself.
                if (empty)
                    lines.Add(string.Join(": ", blocks));
                blocks.RemoveAt(blocks.Count - 1);
            }
            else
            {
                lines.Add(string.Join(": ", blocks.Append(line)));
            }

            empty = opens;
        }

        return lines;
    }

    private static SafeFileHandle? Open(int? pid) =>
        pid is null ? null : NetworkNamespace.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net"));

    private static string Line(Link link, IReadOnlyList<Link> all)
    {
        var master = all.FirstOrDefault(l => l.Index == link.MasterIndex)?.Name;
        var mac = link.Mac is null ? "" : string.Join(':',
            link.Mac.GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
        List<string> words =
        [
            link.Name, link.Kind ?? "device", mac, string.Create(CultureInfo.InvariantCulture, $"mtu {link.Mtu}"),
            .. master is null ? Array.Empty<string>() : [$"master {master}"],
            .. link.Hairpin == true ? ["hairpin"] : Array.Empty<string>(),
            .. link.Isolated == true ? ["isolated"] : Array.Empty<string>(),
            link.IsUp ? "up" : "down",
        ];
        return string.Join("  ", words);
    }

    [GeneratedRegex(" packets [0-9]+ bytes [0-9]+")]
    private static partial Regex Counters();
}
