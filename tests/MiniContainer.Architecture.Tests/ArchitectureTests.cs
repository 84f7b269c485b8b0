// The rules of ARCHITECTURE.md, held to the code's own references.

using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MiniContainer.Architecture.Tests;

public partial class ArchitectureTests
{
    // Siblings on a floor do not know each other.
    private static readonly Dictionary<string, int> Floors = new()
    {
        ["Kernel"] = 0, ["Protocols"] = 0, ["Documents"] = 1, ["Observation"] = 1, ["Plans"] = 1, ["Telling"] = 2,
        ["Containers"] = 3, ["Networking"] = 3, ["Nodes"] = 4, ["Pods"] = 4, ["Cli"] = 9, ["Labs"] = 9,
    };

    [Fact]
    public void Each_floor_knows_only_those_below_it()
    {
        Code.References.Select(r => r.FromProject).Distinct().Should()
            .BeEquivalentTo(Floors.Keys, "each project has its floor");
        Code.References.Where(r => r.FromProject != r.ToProject && Floors[r.FromProject] <= Floors[r.ToProject])
            .Select(r => $"{r.From} knows {r.Name} of {r.To}").Should().BeEmpty();
    }

    [Fact]
    public void The_references_that_are_compared_are_there() =>
        Code.References.Should()
            .Contain(
                new Reference("MiniContainer.Plans/Forward.cs", "MiniContainer.Plans/Journal.cs", "Journal", false));

    [Fact]
    public void The_core_of_Plans_is_the_one_ring_of_files_there()
    {
        var rings = Rings.Of(Code.References.Where(r => r.FromProject == "Plans" && r.ToProject == "Plans")
            .Select(r => (Whole(r.From), Whole(r.To))));
        rings.SelectMany(r => r.Select(f => Path.GetFileNameWithoutExtension(f))).Should()
            .BeEquivalentTo("Step", "ChildStep", "Plan", "PlayContext", "TapeEntry");
    }

    // A type in parts is one: "ChildTape.Mounts.cs" is ChildTape.
    private static string Whole(string file) =>
        $"{Path.GetDirectoryName(file)}/{Path.GetFileName(file).Split('.')[0]}.cs";

    [Fact]
    public void Cli_constructs_no_step()
    {
        var steps = Steps().Select(s => s.Name).ToHashSet();
        Code.References.Where(r => r.FromProject == "Cli" && r.Creates && steps.Contains(r.Name))
            .Select(r => $"{r.From} makes a {r.Name}").Should().BeEmpty();
    }

    private static IEnumerable<INamedTypeSymbol> Steps()
    {
        var step = Code.Compilation.GetTypeByMetadataName("MiniContainer.Plans.Step")!;
        return Types(Code.Compilation.Assembly.GlobalNamespace)
            .Where(t => !t.IsAbstract && Bases(t).Contains(step, SymbolEqualityComparer.Default));
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(Types));

    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        for (var at = type.BaseType; at is not null; at = at.BaseType)
            yield return at;
    }

    // What a lab's name looks like, in any string of the code.
    [Fact]
    public void Each_lab_that_is_named_exists_or_is_marked_as_to_come()
    {
        var written = Directory.GetDirectories(Path.Combine(Code.Root, "labs")).Select(Path.GetFileName).ToHashSet();
        var named = Code.Files("src").Where(f => !f.Contains("MiniContainer.Labs/", StringComparison.Ordinal))
            .SelectMany(f => Regex.Matches(File.ReadAllText(f), "\"([0-9]{2}-[a-z0-9-]+)\"")
                .Select(m => m.Groups[1].Value)).ToHashSet();
        named.Should().HaveCountGreaterThan(10);
        named.Where(n => !written.Contains(n)).Should()
            .BeSubsetOf(MiniContainer.Telling.Curriculum.ToCome, "the others are in labs/");
        MiniContainer.Telling.Curriculum.ToCome.Should()
            .NotIntersectWith(written!, "what is written is not to come any more");
    }

    // What stands in a raw string is another language's: a script, JSON, SVG.
    [Fact]
    public void No_line_of_code_is_wider_than_120_columns() =>
        Code.Files("src").Concat(Code.Files("tests")).AsParallel()
            .SelectMany(f => Wide(CSharpSyntaxTree.ParseText(File.ReadAllText(f), path: f))).Order()
            .Should().BeEmpty();

    private static IEnumerable<string> Wide(SyntaxTree tree)
    {
        var lines = tree.GetText().Lines;
        var wide = lines.Where(l => l.Span.Length > 120).Select(l => l.LineNumber).ToHashSet();
        if (wide.Count == 0)
            return [];
        foreach (var raw in tree.GetRoot().DescendantTokens().Where(IsRaw))
        {
            var span = tree.GetLineSpan(raw.Parent is InterpolatedStringExpressionSyntax whole ? whole.Span : raw.Span);
            wide.RemoveWhere(line => line >= span.StartLinePosition.Line && line <= span.EndLinePosition.Line);
        }

        return wide.Select(line => $"{Path.GetRelativePath(Code.Root, tree.FilePath)}:{line + 1}");
    }

    private static bool IsRaw(SyntaxToken token) => token.Kind() is SyntaxKind.MultiLineRawStringLiteralToken
        or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.InterpolatedMultiLineRawStringStartToken
        or SyntaxKind.InterpolatedSingleLineRawStringStartToken;

    // Errno.cs, NetlinkAbi.cs and CloneFlags.cs are a header each; Tmds.LibC's are no constants, as `case` wants them.
    [Fact]
    public void A_constant_of_the_kernel_is_declared_once_and_not_where_LibC_has_it()
    {
        string[] headers = ["Errno.cs", "NetlinkAbi.cs", "CloneFlags.cs"];
        var known = typeof(Tmds.Linux.LibC).GetProperties().Select(p => p.Name).ToHashSet();
        var declared = Code.Files("src")
            .SelectMany(f => Constant().Matches(File.ReadAllText(f))
                .Select(m => (Name: m.Groups[1].Value.TrimEnd('_'), File: Path.GetFileName(f)))).ToList();
        declared.Should().Contain(("LOCK_EX", "Abi.cs"), "that is what is looked for");
        declared.GroupBy(d => d.Name).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key} in {string.Join(", ", g.Select(d => d.File))}")
            .Concat(declared.Where(d => known.Contains(d.Name) && !headers.Contains(d.File))
                .Select(d => $"{d.Name} in {d.File} is LibC's"))
            .Aggregate("", (all, next) => all + next + "\n").Should().BeEmpty();
    }

    [GeneratedRegex("const (?:u?long|u?int|u?short|byte) (?:[A-Z0-9_]+ = [^;,]+, )*?"
        + "([A-Z0-9]+_[A-Z0-9_]+|SIG[A-Z0-9]+) =")]
    private static partial Regex Constant();

    [Fact]
    public void Golden_files_can_still_be_read_by_a_reviewer() =>
        Directory.GetDirectories(Path.Combine(Code.Root, "tests"), "Golden", SearchOption.AllDirectories)
            .Where(d => !d.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(d => Directory.GetFiles(d, "*", SearchOption.AllDirectories))
            .Sum(f => File.ReadLines(f).Count()).Should().BeInRange(1000, 4500, "what nobody reads guards nothing");

    // "    Cli/Verbs/Runtime/RunVerb.cs    what happens there": a trip of ARCHITECTURE.md, under its heading.
    [Theory]
    [InlineData("A host name", 10)]
    [InlineData("A published port", 14)]
    public void A_trip_is_as_short_as_its_story(string heading, int most)
    {
        var section = Page.Split("\n## ").Single(p => p.StartsWith(heading, StringComparison.Ordinal));
        var files = Regex.Matches(section, "^    ([A-Z][A-Za-z/.]+\\.cs) ", RegexOptions.Multiline)
            .Select(m => $"MiniContainer.{m.Groups[1].Value}").ToList();
        files.Count.Should().BeInRange(4, most);
        files.Select(Reference.ProjectOf).Select(p => Floors[p]).Should()
            .BeInDescendingOrder("a trip goes down the floors, and passes each once");
        files.Zip(files.Skip(1))
            .Where(leg =>
                !Code.References.Any(r => (r.From, r.To) == (leg.First, leg.Second)
                    || (r.To, r.From) == (leg.First, leg.Second)))
            .Select(leg =>
                $"{leg.First} does not know {leg.Second}; it knows "
                    + string.Join(", ",
                        Code.References.Where(r => r.From == leg.First).Select(r => r.To).Distinct()))
            .Should().BeEmpty();
    }

    [Fact]
    public void The_arrows_of_the_page_are_those_of_the_code()
    {
        var arrows = string.Concat(Floors.OrderBy(f => -f.Value).ThenBy(f => f.Key, StringComparer.Ordinal).Select(f =>
            $"    {f.Key,-10} knows "
                + $"{string.Join(", ", Code.References.Where(r => r.FromProject == f.Key && r.ToProject != f.Key)
                .Select(r => r.ToProject).Distinct().OrderBy(t => -Floors[t]).ThenBy(t => t, StringComparer.Ordinal)
                .DefaultIfEmpty("no other"))}\n"));
        Page.Should().Contain("\n\n" + arrows + "\n", "ARCHITECTURE.md shows them:\n" + arrows);
    }

    private static string Page => File.ReadAllText(Path.Combine(Code.Root, "ARCHITECTURE.md"));

    public static TheoryData<string> Projects => [.. Floors.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_refer_to_each_other_in_a_circle(string project)
    {
        var inside = Code.References.Where(r => r.FromProject == project && r.ToProject == project).ToList();
        var rings = Rings.Of(inside.Select(r => (Reference.FolderOf(r.From), Reference.FolderOf(r.To))));
        rings.SelectMany(ring => inside
                .Where(r => ring.Contains(Reference.FolderOf(r.From)) && ring.Contains(Reference.FolderOf(r.To))
                    && Reference.FolderOf(r.From) != Reference.FolderOf(r.To))
                .GroupBy(r => (From: Reference.FolderOf(r.From), To: Reference.FolderOf(r.To)))
                .OrderBy(g => g.Count())
                .Select(g =>
                    $"'{g.Key.From}' knows '{g.Key.To}' {g.Count()} times: "
                        + $"{string.Join(", ", g.Take(6).Select(r => $"{Path.GetFileName(r.From)}→{r.Name}"))}"))
            .Should().BeEmpty();
    }
}
