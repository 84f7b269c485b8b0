// Where a path of a container will lead, found out before its root is there (lab 06-mounts; path_resolution(7),
// symlink(7)). A mount point may lie behind a link that leads to nothing yet: the kernel would make no directory
// through it. So the links of the image are read beforehand, within the image, and what is missing is made at their
// end. Should the image change meanwhile, nothing worse comes of it than an error: the path is followed in the new root
// alone.

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Follows paths of a container.</summary>
/// <param name="roots">The directories of its root file system on the host, the uppermost first.</param>
/// <param name="look">
/// What is at a path below a directory; links in the path do not lead out of it, and the last one is not followed.
/// </param>
internal sealed class ImagePaths(IReadOnlyList<string> roots, Func<string, string, FileLook?> look)
{
    // As many as the kernel follows (path_resolution(7)).
    private const int MaxLinks = 40;

    private readonly List<Covering> mounts = [];

    /// <summary>Notes a bind mount of a path of the host.</summary>
    public void Bind(string target, string host) => mounts.Add(new Covering(target) { Host = host });

    /// <summary>Notes a bind mount of a path of the container.</summary>
    public void BindInside(string target, string source) => mounts.Add(new Covering(target) { Inside = source });

    /// <summary>Notes a new file system.</summary>
    /// <param name="target">Where.</param>
    /// <param name="mode">The permissions of its root.</param>
    /// <param name="leadsOut">Whether it has links that lead to other roots, as proc has: /proc/PID/root.</param>
    public void New(string target, uint mode, bool leadsOut) =>
        mounts.Add(new Covering(target) { Root = FileLook.Directory(mode), LeadsOut = leadsOut });

    /// <summary>Where something is to be made: a path without links and dots.</summary>
    /// <param name="path">A path of the container.</param>
    /// <param name="followLast">Whether to follow a link that the path itself is.</param>
    /// <exception cref="MinicException">A link leads it into a proc, and from there it could get anywhere.</exception>
    public string Place(string path, bool followLast = true)
    {
        var place = Resolve(path, followLast);
        if (place != Path.GetFullPath("/" + path).TrimEnd('/')
            && mounts.Exists(m => m.LeadsOut && Below(m.Target, place) is not (null or "/")))
            throw new MinicException($"find {path} in the root file system",
                $"a link there leads to {place}, into a proc, whose links may lead out of the root",
                "Mend the link in the image, or name the place itself.");
        return place;
    }

    /// <summary>A path without links and dots. A loop of links stays as it is: the kernel's error names it.</summary>
    /// <param name="path">A path of the container; a relative one begins at its root.</param>
    /// <param name="followLast">Whether to follow a link that the path itself is.</param>
    public string Resolve(string path, bool followLast = true)
    {
        var left = new LinkedList<string>(Parts(path));
        List<string> done = [];
        var links = 0;
        while (left.First is { } node)
        {
            left.RemoveFirst();
            if (node.Value == "..")
            {
                if (done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }

            done.Add(node.Value);
            if (left.Count == 0 && !followLast || Look(Joined(done))?.Link is not { } link)
                continue;
            if (++links > MaxLinks)
                return Joined([.. done, .. left]);
            done.RemoveAt(done.Count - 1);
            if (link.StartsWith('/'))
                done.Clear();
            foreach (var part in Parts(link).Reverse())
                left.AddFirst(part);
        }

        return Joined(done);
    }

    /// <summary>What is at a path without links; null for nothing, or for something that cannot be known yet.</summary>
    public FileLook? Look(string path) => Look(path, mounts.Count);

    // What is there once the first so many mounts are made: of those that cover the path the last one counts.
    private FileLook? Look(string path, int count)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            var mount = mounts[i];
            if (Below(mount.Target, path) is not { } rest)
                continue;
            if (mount.Inside is { } inside)
                return Look(Joined([.. Parts(inside), .. Parts(rest)]), i);
            return mount.Host is { } host ? look(host, rest) : rest == "/" ? mount.Root : null;
        }

        return roots.Select(r => look(r, path)).FirstOrDefault(l => l is not null);
    }

    /// <summary>The path from a directory to what lies in it, with a slash before it; null for what does not.</summary>
    public static string? Below(string directory, string path)
    {
        if (path == directory)
            return "/";
        var start = directory.EndsWith('/') ? directory : directory + "/";
        return path.StartsWith(start, StringComparison.Ordinal) ? path[(start.Length - 1)..] : null;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/').Where(p => p is not ("" or "."));

    private static string Joined(IEnumerable<string> parts) => "/" + string.Join("/", parts);

    private sealed record Covering(string Target)
    {
        public string? Host { get; init; }

        public string? Inside { get; init; }

        public FileLook? Root { get; init; }

        public bool LeadsOut { get; init; }
    }
}
