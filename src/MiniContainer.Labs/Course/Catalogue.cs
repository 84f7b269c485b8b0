// All labs, and where they lie. The root is the directory that holds labs/; it is found from this program's own place
// (out/lab), so it does not matter where the learner stands.

using System.Text.RegularExpressions;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Course;

/// <summary>The labs of a course.</summary>
/// <param name="Root">The directory that holds labs/, and out/ for what learners make.</param>
internal sealed partial record Catalogue(string Root)
{
    /// <summary>The variable that says where the root is, if it is not where the program lies.</summary>
    public const string RootVariable = "LAB_ROOT";

    /// <summary>The folders of all labs, in order; those too that do not read.</summary>
    public IReadOnlyList<string> Folders
    {
        get
        {
            var labs = Path.Combine(Root, "labs");
            return Directory.Exists(labs)
                ? [.. Directory.EnumerateDirectories(labs).Where(d => Folder().IsMatch(Path.GetFileName(d)))
                    .Order(StringComparer.Ordinal)] : [];
        }
    }

    /// <summary>The labs that have a description, in order.</summary>
    /// <exception cref="MinicException">One of them does not read.</exception>
    public IReadOnlyList<Lab> Labs =>
        [.. Folders.Where(f => File.Exists(Path.Combine(f, "lab.yaml"))).Select(LabReader.Load)];

    /// <summary>Finds the course that this program belongs to.</summary>
    /// <exception cref="MinicException">There is none.</exception>
    public static Catalogue Find() => FindRoot() is { } root
        ? new Catalogue(root)
        : throw new MinicException("find the labs", $"there is no labs/ above {AppContext.BaseDirectory}",
            $"Start scripts/lab of a checkout, or set {RootVariable} to its root.");

    /// <summary>
    /// The directory that holds labs/, by <see cref="RootVariable"/> or above this program; null if there is none.
    /// </summary>
    public static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable(RootVariable) is { Length: > 0 } given)
            return Path.GetFullPath(given);
        var directory = AppContext.BaseDirectory;
        while (directory is not null
            && !(Directory.Exists(Path.Combine(directory, "labs"))
                && File.Exists(Path.Combine(directory, "MiniContainer.sln"))))
            directory = Path.GetDirectoryName(directory);
        return directory;
    }

    /// <summary>The lab that a word means: 4, 04, pid or 04-pid.</summary>
    /// <exception cref="MinicException">None, or it does not read.</exception>
    public Lab Named(string word)
    {
        var found = Folders.FirstOrDefault(f => IsMeant(Path.GetFileName(f), word));
        if (found is not null)
            return LabReader.Load(found);
        var names = Folders.Select(f => Path.GetFileName(f)).ToList();
        throw new MinicException($"find the lab \"{word}\"", "there is none of that name",
            NearestName.Ask(word, [.. names, .. names.Select(n => n[3..])], "See: lab list."));
    }

    /// <summary>The lab after another one; null after the last.</summary>
    public Lab? After(Lab lab) => Labs.FirstOrDefault(l => string.CompareOrdinal(l.Name, lab.Name) > 0);

    private static bool IsMeant(string name, string word) =>
        name == word || name[3..] == word || name[..2] == word.PadLeft(2, '0');

    [GeneratedRegex("^[0-9]{2}-[a-z0-9-]+$")]
    private static partial Regex Folder();
}
