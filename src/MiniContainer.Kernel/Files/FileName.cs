// File names are at most 255 bytes long (NAME_MAX, limits.h), and some of ours are a user's name with something added.

using System.Text;

namespace MiniContainer.Kernel;

/// <summary>Fits names into the file system.</summary>
public static class FileName
{
    /// <summary>The longest name of a file, in bytes.</summary>
    public const int MaxBytes = 255;

    /// <summary>
    /// The name if it fits; else its beginning, with a dot and a hash of the whole in place of the rest.
    /// </summary>
    /// <param name="name">A name of ASCII characters.</param>
    public static string Fit(string name)
    {
        if (name.Length <= MaxBytes)
            return name;
        // FNV-1a of 64 bits: no secret is kept here, so no cryptography.
        var hash = Encoding.UTF8.GetBytes(name)
            .Aggregate(14695981039346656037UL, (h, b) => unchecked((h ^ b) * 1099511628211UL));
        return $"{name[..(MaxBytes - 17)]}.{hash:x16}";
    }
}
