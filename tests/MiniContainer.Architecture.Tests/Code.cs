// The references of the code, as the compiler resolves them: from each file to the files that declare what it names.
// Comments, strings and names that merely look alike do not count.

using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MiniContainer.Architecture.Tests;

/// <summary>A name in one file that another file declares.</summary>
/// <param name="From">The file, below src/: "MiniContainer.Plans/Forward.cs".</param>
/// <param name="To">The other file.</param>
/// <param name="Name">The name.</param>
/// <param name="Creates">Whether it is created there: <c>new Name(...)</c>.</param>
internal sealed record Reference(string From, string To, string Name, bool Creates)
{
    public string FromProject => ProjectOf(From);

    public string ToProject => ProjectOf(To);

    public static string ProjectOf(string file) => file.Split('/')[0]["MiniContainer.".Length..];

    /// <summary>The folder of a file in its project; "" for the project's own.</summary>
    public static string FolderOf(string file) => string.Join('/', file.Split('/')[1..^1]);
}

/// <summary>All of src/.</summary>
internal static class Code
{
    private static readonly Lazy<(IReadOnlyList<Reference> References, CSharpCompilation Compilation)> Read =
        new(Compile);

    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    /// <summary>Each reference once.</summary>
    public static IReadOnlyList<Reference> References => Read.Value.References;

    public static CSharpCompilation Compilation => Read.Value.Compilation;

    /// <summary>A file's path below src/.</summary>
    public static string Below(string path) => Path.GetRelativePath(Path.Combine(Root, "src"), path);

    /// <summary>The source files below a directory of the repository.</summary>
    public static IEnumerable<string> Files(string directory) =>
        Directory.EnumerateFiles(Path.Combine(Root, directory), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal)
                && !f.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static (IReadOnlyList<Reference>, CSharpCompilation) Compile()
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        string[] usings = ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http",
            "System.Threading", "System.Threading.Tasks"];
        var trees = Files("src").Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f))
            .Append(CSharpSyntaxTree.ParseText(string.Concat(usings.Select(u => $"global using {u};\n")), options,
                "usings"));
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(f => Path.GetFileName(f) is not ("minic.dll" or "lab.dll")
                && !Path.GetFileName(f).StartsWith("MiniContainer.", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create("all", trees,
            platform.Select(f => MetadataReference.CreateFromFile(f)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        return ([.. compilation.SyntaxTrees.AsParallel().SelectMany(tree => Of(tree, compilation)).Distinct()
            .OrderBy(r => r.ToString(), StringComparer.Ordinal)], compilation);
    }

    private static IEnumerable<Reference> Of(SyntaxTree tree, CSharpCompilation compilation)
    {
        if (tree.FilePath == "usings")
            yield break;
        var model = compilation.GetSemanticModel(tree);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var info = model.GetSymbolInfo(name);
            var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            if (symbol is null or INamespaceSymbol or ILocalSymbol or IParameterSymbol or ITypeParameterSymbol)
                continue;
            symbol = symbol.OriginalDefinition;
            if (symbol is IMethodSymbol { ReducedFrom: { } extension })
                symbol = extension;
            if (Place(symbol) is not { } to || to == tree.FilePath)
                continue;
            yield return new Reference(Below(tree.FilePath), Below(to),
                symbol is IMethodSymbol { MethodKind: MethodKind.Constructor }
                    ? symbol.ContainingType.Name : symbol.Name,
                name.Parent is ObjectCreationExpressionSyntax);
        }
    }

    // Of a partial type that stands in this file too, this file: a type is no reference to itself.
    private static string? Place(ISymbol symbol)
    {
        for (var at = symbol; at is not null; at = at.ContainingType)
        {
            if (at.DeclaringSyntaxReferences is [var first, ..]
                && first.SyntaxTree.FilePath.EndsWith(".cs", StringComparison.Ordinal))
                return first.SyntaxTree.FilePath;
        }

        return null;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
