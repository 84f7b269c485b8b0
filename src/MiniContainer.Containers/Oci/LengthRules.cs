// What the kernel cuts off or refuses for its length alone. Found here it has a place in the file; and a plan of a path
// of a million directories would have a million steps. Lab: 12-oci; path_resolution(7), execve(2), mount(2).

using System.Text;
using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds texts that are too long for the kernel.</summary>
internal static class LengthRules
{
    // PATH_MAX with its NUL; MAX_ARG_STRLEN, 32 pages, with its NUL; mount(2) copies one page.
    private const int MaxPath = 4095;
    private const int MaxArgument = 131_071;
    private const int MaxMountData = 4095;

    /// <summary>A path: what is longer no system call takes (ENAMETOOLONG).</summary>
    public static void CheckPath(string at, string? path, Problems problems) =>
        Check(at, path, MaxPath, "Linux allows paths of", problems);

    /// <summary>A string of argv or of the environment (E2BIG).</summary>
    public static void CheckArgument(string at, string text, Problems problems) =>
        Check(at, text, MaxArgument, "execve takes strings of", problems);

    /// <summary>A file system's own options: what is longer mount(2) cuts off in silence.</summary>
    public static void CheckMountData(string at, string data, Problems problems) =>
        Check(at, data, MaxMountData, "mount takes options of", problems);

    private static void Check(string at, string? text, int most, string whose, Problems problems)
    {
        // No character has less than one byte, nor more than three for each of UTF-16's two.
        if (text is not null && text.Length > most / 3 && Encoding.UTF8.GetByteCount(text) is var length
            && length > most)
            problems.Add(at, $"it is {length} bytes long", $"{whose} {most}.");
    }
}
