// A world drawn in text, 80 columns wide: what the kernel says of its two network namespaces, side by side, and below
// them who lives there. Nothing is drawn from memory, so a lab's own bridges and addresses show too.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Nodes.Steps;
using MiniContainer.Observation;

namespace MiniContainer.Labs.Worlds;

/// <summary>Draws worlds.</summary>
internal static class Picture
{
    private const int Width = 34;

    /// <summary>The lines of the picture.</summary>
    public static IEnumerable<string> Draw(World world)
    {
        yield return $"world {world.Name}  ({world.Path})";
        yield return "";
        var (left, right) = (Box(world.Host), Box(world.Internet));
        // The cable is drawn at the height of eth0, the first line in both boxes.
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var between = i == 1 ? "--" : "  ";
            yield return $" {left.ElementAtOrDefault(i) ?? "",-(Width + 4)}{between}{right.ElementAtOrDefault(i)}"
                .TrimEnd();
        }

        foreach (var place in world.Places)
        {
            yield return "";
            yield return $"{place.Name}: {string.Join(" ", place.Namespaces())}";
            foreach (var process in NodeProcesses.Find(place.Namespaces()))
                yield return Cut(
                    string.Create(CultureInfo.InvariantCulture, $"{process.Pid,8}  {Short(process.Words)}"), 79);
        }

        yield return "";
        yield return $"logs: {world.Path}/web.log, dns.log";
    }

    private static List<string> Box(Node place)
    {
        List<string> lines = [.. Lines(place).Select(l => $"| {Cut(l, Width).PadRight(Width)} |")];
        var title = $"- {place.Name} ";
        return [$"+{title}{new string('-', Width + 2 - title.Length)}+", .. lines, $"+{new string('-', Width + 2)}+"];
    }

    private static IEnumerable<string> Lines(Node place)
    {
        using var netns = NetworkNamespace.Open(place.Pin("net"));
        var view = NetworkView.Of(netns);
        var addresses = view.Addresses.ToLookup(a => a.Dev);
        foreach (var link in view.Links.OrderBy(l => l.Name == "lo").ThenBy(l => l.Index))
        {
            var texts = addresses[link.Name].OrderBy(a => a.Local.AddressFamily)
                .ThenBy(a => Convert.ToHexString(a.Local.GetAddressBytes()))
                .Select(a => $"{a}{Role(a.Local.ToString())}").DefaultIfEmpty(link.IsUp ? "" : "down");
            foreach (var (index, text) in texts.Index())
                yield return $"{(index == 0 ? link.Name : ""),-6}{text}".TrimEnd();
        }

        yield return "";
        foreach (var route in view.Routes.OrderBy(r => r.Destination.BaseAddress.AddressFamily)
            .ThenBy(r => r.Destination.PrefixLength))
            yield return route.ToString();
    }

    private static string Role(string address) =>
        WorldNetwork.Web.Contains(address) ? "  web" : WorldNetwork.Dns.Contains(address) ? "  names" : "";

    // Paths to programs say little and are long: "dotnet lab.dll serve web 2".
    private static string Short(IReadOnlyList<string> words) =>
        string.Join(' ', words.Select((word, i) => i < 2 && word.StartsWith('/') ? Path.GetFileName(word) : word));

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "~";
}
