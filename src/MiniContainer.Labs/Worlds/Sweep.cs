// What a host holds that is not found by its namespaces: containers that were left running have namespaces of their
// own, and cgroups. Their journals lie in the host's /run, and are played backward before the host goes; so are worlds
// within it.

using MiniContainer.Kernel;
using MiniContainer.Nodes.Model;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Worlds;

/// <summary>Empties a host from within.</summary>
internal static class Sweep
{
    private const string Containers = "/run/minic";

    /// <summary>The file, in a place's /run, that tells it from the machine.</summary>
    public const string Mark = "lab-place";

    // Journals lie in /run/minic/ID, or a level or two deeper; a container's root file system must not be searched.
    private static readonly EnumerationOptions Shallow = new()
    {
        RecurseSubdirectories = true,
        MaxRecursionDepth = 3,
        AttributesToSkip = FileAttributes.ReparsePoint,
    };

    /// <summary>Whether there is something, seen from outside.</summary>
    public static bool Needed(Node place) =>
        place.Namespaces().Count == Node.Kinds.Count
        && (HasEntries(place.Run + "/minic") || HasEntries(place.Run + "/minic-lab"));

    /// <summary>Plays all journals backward and takes all worlds down; to be called inside.</summary>
    /// <returns>What went wrong.</returns>
    /// <exception cref="MinicException">This is no place of a world, but the machine itself.</exception>
    public static IReadOnlyList<MinicException> Play()
    {
        if (!File.Exists($"/run/{Mark}"))
            throw new MinicException("sweep the host", "this is the machine itself",
                "lab world down does it where it is needed; for the machine there is minic gc.");
        var failures = new List<MinicException>();
        IEnumerable<string> journals = Directory.Exists(Containers)
            ? Directory.EnumerateFiles(Containers, "journal", Shallow) : [];
        foreach (var path in journals.Order(StringComparer.Ordinal))
        {
            try
            {
                using var journal = Journal.Open(path, KnownSteps.Kinds);
                failures.AddRange(Backward.Play(journal));
            }
            catch (MinicException e)
            {
                // A journal that cannot be read is no reason to leave the others.
                failures.Add(e);
            }
        }

        foreach (var name in World.Home.Names)
        {
            try
            {
                _ = new World(name).Down();
            }
            catch (MinicException e)
            {
                failures.Add(e);
            }
        }

        return failures;
    }

    private static bool HasEntries(string path) =>
        Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
}
