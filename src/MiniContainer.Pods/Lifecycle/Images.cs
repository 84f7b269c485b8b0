// Images are directories: root file systems that rootfs/build made, found by name, or any directory by its path
// (lab 07-layers). There is no registry and no unpacking here.

using MiniContainer.Kernel;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Finds root file systems.</summary>
public static class Images
{
    /// <summary>Where images are looked for by name, in this order.</summary>
    /// <remarks>$MINIC_IMAGES (directories, separated by colons), rootfs/ beside the program, /var/lib/minic/rootfs.</remarks>
    public static IReadOnlyList<string> Places =>
    [
        .. (Environment.GetEnvironmentVariable("MINIC_IMAGES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? "/", "rootfs"),
        "/var/lib/minic/rootfs",
    ];

    /// <summary>The directory of an image.</summary>
    /// <param name="image">A name, with or without a tag that nobody looks at; or a path, which has a slash at its start.</param>
    /// <exception cref="MinicException">There is none.</exception>
    public static string Find(string image)
    {
        if (image.StartsWith('/') || image.StartsWith('.'))
        {
            var path = HostPath.Absolute(image, $"find the image {image}");
            return Directory.Exists(path) ? path : throw Missing(image, File.Exists(path) ? "it is a file, not a directory" : "there is no such directory");
        }

        var name = image.Split('/')[^1].Split(':')[0];
        return Places.Select(p => Path.Combine(p, name)).FirstOrDefault(Directory.Exists)
            ?? throw Missing(image, $"there is no {name} in {string.Join(", ", Places)}");
    }

    private static MinicException Missing(string image, string problem) =>
        new($"find the image {image}", problem, "rootfs/build busybox makes one; a path to any root file system does as well.");
}
