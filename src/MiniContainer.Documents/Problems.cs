// What is wrong with a document, all of it: each rule that is broken adds a problem, and one exception tells them in
// the order in which they stand in the file, each as file:line:column, a form that editors and terminals make a link
// of. Used by the readers of config.json, of network configurations and of Pod manifests.

using MiniContainer.Kernel;

namespace MiniContainer.Documents;

/// <summary>One broken rule of a document.</summary>
/// <param name="Path">Where: <c>$.process.args[0]</c> in JSON, <c>spec.containers[0].name</c> in YAML.</param>
/// <param name="Text">What is wrong there, a clause without a full stop: "the list is empty".</param>
/// <param name="Hint">What to do about it, a sentence with its full stop; "" where the text says it all.</param>
public sealed record Problem(string Path, string Text, string Hint);

/// <summary>A place in a text, both numbers counted from 1; columns count characters.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
public readonly record struct Position(int Line, int Column);

/// <summary>Collects the problems of one document and tells them all at once.</summary>
public sealed class Problems
{
    // A user who has made so many mistakes wants no longer list.
    private const int Most = 100;
    private const int LongestText = 400;

    private readonly List<Problem> _all = [];

    /// <summary>The problems so far, in the order in which they were found.</summary>
    public IReadOnlyList<Problem> All => _all;

    /// <summary>Adds a problem.</summary>
    /// <param name="path">Where, as in <see cref="Problem.Path"/>.</param>
    /// <param name="text">What is wrong, a clause without a full stop.</param>
    /// <param name="hint">What to do about it, a sentence; "" where the text says it all.</param>
    public void Add(string path, string text, string hint)
    {
        if (!Full)
            _all.Add(new Problem(Shorten(path), Shorten(text), Shorten(hint)));
    }

    /// <summary>Adds a problem whose hint is work to find.</summary>
    /// <param name="path">Where, as in <see cref="Problem.Path"/>.</param>
    /// <param name="text">What is wrong, a clause without a full stop.</param>
    /// <param name="hint">Finds what to do about it; not asked if no more are taken.</param>
    public void Add(string path, string text, Func<string> hint)
    {
        if (!Full)
            Add(path, text, hint());
    }

    /// <summary>Whether there are so many that no more are taken.</summary>
    public bool Full => _all.Count >= Most;

    // A document's own words may be as long as the document.
    private static string Shorten(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";

    /// <summary>
    /// The exception that tells all problems: the first on its first line, each other on a line of its own.
    /// </summary>
    /// <param name="doing">What was being done: "read the bundle's configuration".</param>
    /// <param name="file">The document's file name, as the user gave it.</param>
    /// <param name="locate">Where a path stands in the file; null when that is not known.</param>
    public MinicException ToException(string doing, string file, Func<string, Position?> locate)
    {
        var lines = _all
            .Select(problem => (problem, at: locate(problem.Path)))
            .OrderBy(line => line.at?.Line ?? 0).ThenBy(line => line.at?.Column ?? 0)
            .Select(line => (line.problem, text: $"{Place(file, line.at)}: {line.problem.Path}: {line.problem.Text}"))
            .ToList();
        if (lines.Count == 1)
        {
            return new MinicException(doing, lines[0].text,
                lines[0].problem.Hint is { Length: > 0 } hint ? hint : null);
        }

        return new MinicException(doing,
            string.Join('\n', lines.Select(line => $"{line.text}. {line.problem.Hint}".TrimEnd())));
    }

    private static string Place(string file, Position? at) => at is { } p ? $"{file}:{p.Line}:{p.Column}" : file;
}
