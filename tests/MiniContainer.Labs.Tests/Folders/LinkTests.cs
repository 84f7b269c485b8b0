// Every link of the labs' pages leads somewhere: files are there, headings too. Nothing outside is asked.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MiniContainer.Labs.Tests.Folders;

public partial class LinkTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    [Fact]
    public void Every_link_leads_somewhere()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Root, "labs"), "*.md", SearchOption.AllDirectories);
        pages.SelectMany(Broken).Should().BeEmpty();
    }

    private static IEnumerable<string> Broken(string page)
    {
        foreach (var (line, number) in Text(page).Select((l, i) => (l, i + 1)))
        {
            foreach (var target in Link().Matches(line).Select(m => m.Groups["target"].Value)
                .Where(t => !t.Contains("://", StringComparison.Ordinal)))
            {
                var (path, heading) = target.Split('#') is [var p, var h] ? (p, h) : (target, "");
                var file = path.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
                if (!File.Exists(file) && !Directory.Exists(file))
                    yield return $"{Path.GetRelativePath(Root, page)}:{number}: {target}";
                else if (heading.Length > 0 && !Text(file).Where(l => l.StartsWith('#')).Any(l => Anchor(l) == heading))
                    yield return $"{Path.GetRelativePath(Root, page)}:{number}: {target}: no such heading";
            }
        }
    }

    // Code is not searched for links; its lines stay, empty, so that the others keep their numbers.
    private static IReadOnlyList<string> Text(string page)
    {
        var lines = File.ReadAllLines(page);
        foreach (var block in MiniContainer.Labs.Lessons.Lesson.Parse(page, lines).Blocks)
            Array.Fill(lines, "", block.Line - 1, block.Lines.Count);
        return [.. lines.Select(l => Span().Replace(l, ""))];
    }

    // As GitHub makes them.
    private static string Anchor(string heading) =>
        NotInAnchors().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    private static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Span();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
