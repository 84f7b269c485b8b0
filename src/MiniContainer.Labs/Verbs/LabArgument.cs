// NN: which lab, as most verbs take it.

using System.CommandLine;
using System.CommandLine.Completions;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Verbs;

/// <summary>The argument NN.</summary>
internal static class LabArgument
{
    /// <summary>A lab; if none is named, that of this shell, or the lab that was started last.</summary>
    public static Argument<string?> Create() =>
        Create("Which lab: 4, 04 or 04-pid. Without it, the one that you are at.");

    /// <summary>A lab, which a shell can complete.</summary>
    /// <param name="description">For the help.</param>
    public static Argument<string?> Create(string description)
    {
        var lab = new Argument<string?>("NN") { Description = description, Arity = ArgumentArity.ZeroOrOne };
        lab.CompletionSources.Add(_ => Catalogue.FindRoot() is { } root
            ? new Catalogue(root).Folders.Select(f => new CompletionItem(Path.GetFileName(f))) : []);
        return lab;
    }
}
