// A name for a container that was given none: two words that are easy to say and to tell apart.

using MiniContainer.Containers.Lifecycle;
using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>Makes up names.</summary>
internal static class ContainerNames
{
    private static readonly string[] How =
    [
        "amber", "bold", "brave", "brisk", "calm", "clever", "cosy", "crisp", "eager", "fair", "fond", "gentle", "glad",
        "golden", "happy", "hardy",
        "jolly", "keen", "kind", "lively", "lucky", "mellow", "merry", "mild", "neat", "noble", "proud", "quick",
        "quiet", "silver", "sunny", "wise",
    ];

    private static readonly string[] What =
    [
        "acorn", "badger", "beacon", "birch", "brook", "cedar", "cloud", "comet", "coral", "crane", "ember", "falcon",
        "fern", "finch", "harbor", "hazel",
        "heron", "island", "lantern", "lark", "maple", "meadow", "otter", "pebble", "pine", "raven", "reef", "robin",
        "spruce", "tulip", "willow", "wren",
    ];

    /// <summary>
    /// A name that no container has. If another minic takes it before the caller claims it, claiming it fails.
    /// </summary>
    /// <param name="root">The directory of all state.</param>
    public static string Free(StateRoot root)
    {
        for (var tries = 1; ; tries++)
        {
            var name = $"{Pick(How)}-{Pick(What)}" + (tries > 20 ? $"-{Random.Shared.Next(1000)}" : "");
            if (!Directory.Exists(Container.DirectoryOf(root, name)))
                return name;
        }
    }

    private static string Pick(string[] words) => words[Random.Shared.Next(words.Length)];
}
