// Images are directories: root file systems that rootfs/build made, found by name, or any directory by its path
// (lab 07-layers). There is no registry and no unpacking here.

using MiniContainer.Kernel;

namespace MiniContainer.Pods.Lifecycle;

/// <summary>Finds root file systems.</summary>
public static class Images
{
    /// <summary>Where images are looked for by name, in this order.</summary>
    /// <remarks>
    /// $MINIC_IMAGES (directories, separated by colons), rootfs/ beside the program, /var/lib/minic/rootfs.
    /// </remarks>
    public static IReadOnlyList<string> Places =>
    [
        .. (Environment.GetEnvironmentVariable("MINIC_IMAGES") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        Path.Combine(ProgramDirectory, "rootfs"),
        "/var/lib/minic/rootfs",
    ];

    // The file itself, not a link to it on the path: /usr/local/bin/minic leads to /usr/local/lib/minic/minic.
    private static string ProgramDirectory => Path.GetDirectoryName(Environment.ProcessPath) ?? "/";

    /// <summary>The directory of an image.</summary>
    /// <param name="image">
    /// A name, with or without a registry and a tag, which are ignored; or a path, which begins with a slash or a dot.
    /// </param>
    /// <exception cref="MinicException">There is none.</exception>
    public static string Find(string image)
    {
        if (image.StartsWith('/') || image.StartsWith('.'))
        {
            var path = HostPath.Absolute(image, $"find the image {image}");
            return Directory.Exists(path)
                ? path : throw Missing(image,
                    File.Exists(path) ? "it is a file, not a directory" : "there is no such directory");
        }

        var name = image.Split('/')[^1].Split(':')[0];
        return Named(name) ?? throw Missing(image, $"there is no {name} in {string.Join(", ", Places)}");
    }

    /// <summary>The directory of the root file system of that name; null if there is none.</summary>
    /// <param name="name">A name without a slash. A name that leads out of the places names nothing.</param>
    public static string? Named(string name) =>
        name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal)
        ? null
        : Places.Select(p => Path.Combine(p, name)).FirstOrDefault(Directory.Exists);

    /// <summary>How to get a root file system, for the remedy of an error.</summary>
    public static string Remedy() => Remedy(ProgramDirectory);

    /// <summary>What makes root file systems beside this program: rootfs/build; null if it is not there.</summary>
    public static string? Builder => BuilderFor(ProgramDirectory);

    /// <summary>How to get a root file system where a program lies that is called minic.</summary>
    /// <param name="directory">
    /// Its directory: a checkout's out/, or PREFIX/lib/minic. Each has its builder, which builds into rootfs/ there.
    /// </param>
    public static string Remedy(string directory) => BuilderFor(directory) is { } builder
        ? $"{builder} busybox makes {directory}/rootfs/busybox, as root; a path to any root file system does as well."
        : "Name the directory of a root file system, or set MINIC_IMAGES to a directory that holds some.";

    private static readonly string[] Builders = ["../rootfs/build", "../../share/minic/rootfs/build"];

    private static string? BuilderFor(string directory) =>
        Builders.Select(b => Path.GetFullPath(Path.Combine(directory, b))).FirstOrDefault(File.Exists);

    private static MinicException Missing(string image, string problem) =>
        new($"find the image {image}", problem, Remedy());
}
