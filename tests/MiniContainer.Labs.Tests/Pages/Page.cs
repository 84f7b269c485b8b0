// A page that shows commands, as a machine reads it. Readers see blocks; what is in comments of HTML they do not:
//
//     ```console                 commands and what they print: "# " is root's prompt, "$ " an ordinary user's
//     ```yaml file=pod.yaml      a file, which is there for the commands below it
//     <!-- hidden                commands that are run and not shown; each must print nothing and end with 0
//     <!-- not run: REASON -->   right before a block that is neither
//     <!-- run by TEST -->       right before a block that the file of that test takes from the page
//
// in=checkout, after the language or "hidden", means a checkout's directory; without it, a machine that has none.

using MiniContainer.Labs.Course;
using MiniContainer.Labs.Lessons;

namespace MiniContainer.Labs.Tests.Pages;

/// <summary>A block of a page, or a hidden one.</summary>
/// <param name="Block">Its text, and what its first line says.</param>
/// <param name="Comment">The comment right before it; "" if there is none.</param>
internal sealed record PagePart(Block Block, string Comment)
{
    private const string NotRun = "not run: ";
    private const string RunBy = "run by ";

    /// <summary>The language of hidden commands.</summary>
    public const string Hidden = "hidden";

    /// <summary>Where it is run: "installed" or "checkout".</summary>
    public string Session => Block.Attribute("in") ?? "installed";

    /// <summary>The file that it is; null if it is none.</summary>
    public string? File => Block.Attribute("file");

    /// <summary>Whether a session runs it, or makes a file of it.</summary>
    public bool Runs => Block.Language is "console" or Hidden || File is not null;

    /// <summary>Why it is not run; null where the page does not say so.</summary>
    public string? Reason => Comment.StartsWith(NotRun, StringComparison.Ordinal) ? Comment[NotRun.Length..] : null;

    /// <summary>The test that takes it from the page; null where the page names none.</summary>
    public string? Test => Comment.StartsWith(RunBy, StringComparison.Ordinal) ? Comment[RunBy.Length..] : null;
}

/// <summary>A page.</summary>
/// <param name="Name">Its file, below the root of the repository.</param>
/// <param name="Parts">Its blocks, in their order.</param>
/// <param name="Problems">Lines with a command that nobody would run.</param>
internal sealed record Page(string Name, IReadOnlyList<PagePart> Parts, IReadOnlyList<string> Problems)
{
    private static readonly string[] Files = ["yaml", "toml", "json"];

    /// <summary>Reads a page.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="lines">Its text.</param>
    public static Page Parse(string name, IReadOnlyList<string> lines)
    {
        var (parts, problems) = (new List<PagePart>(), new List<string>());
        var blocks = Lesson.Parse(name, lines).Blocks.ToDictionary(b => b.Line - 2);
        var comment = "";
        for (var i = 0; i < lines.Count; i++)
        {
            if (blocks.TryGetValue(i, out var block))
            {
                parts.Add(new PagePart(block, comment));
                (comment, i) = ("", i + block.Lines.Count + 1);
            }
            else if (lines[i].StartsWith("<!--", StringComparison.Ordinal))
            {
                var end = i;
                while (!lines[end].EndsWith("-->", StringComparison.Ordinal))
                    end++;
                comment = string.Join('\n', lines.Skip(i).Take(end - i + 1))[4..^3].Trim();
                var text = lines.Skip(i + 1).Take(end - i - 1);
                if (comment.StartsWith(PagePart.Hidden, StringComparison.Ordinal))
                    parts.Add(new PagePart(new Block(lines[i][4..].Trim(), i + 2, "", [.. text]), ""));
                i = end;
            }
            else if (lines[i].Trim().Length > 0)
            {
                comment = "";
                var follows = i == 0 || lines[i - 1].Trim().Length == 0;
                if (follows && lines[i].StartsWith("    ", StringComparison.Ordinal))
                    problems.Add($"{name}:{i + 1}: an indented block does not say what it is: {lines[i].Trim()}");
            }
        }

        problems.AddRange(parts.Select(p => Problem(name, p)).OfType<string>());
        return new Page(name, parts, problems);
    }

    private static string? Problem(string name, PagePart part)
    {
        var (block, at) = (part.Block, $"{name}:{part.Block.Line - 1}");
        if ((block.Attribute("needs")?.Split(',') ?? []).FirstOrDefault(n => !Abilities.Known(n)) is { } need)
            return $"{at}: no machine has the ability {need}";
        if (part.Session is not ("installed" or "checkout"))
            return $"{at}: there is no session {part.Session}";
        if (block.Language == PagePart.Hidden || part.Reason is { Length: > 0 } || part.Test is not null)
            return null;
        if (block.Language == "console")
        {
            return block.Lines is [['#' or '$', ' ', ..], ..]
                ? null
                : $"{at}: a console block begins with a command after \"# \" or \"$ \"";
        }

        const string remedy = "make it a console block, or say why not (<!-- not run: REASON -->)";
        return Files.Contains(block.Language) && part.File is not null
            ? null
            : $"{at}: \"{block.Info}\" is neither run nor marked: {remedy}";
    }
}
