// Where a learner works: out/04-pid, two levels below the root like labs/04-pid, so that a path such as
// ../../src/MiniContainer.Kernel means the same in both. And what the environment of everything in the lab is.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Worlds;

namespace MiniContainer.Labs.Learning;

/// <summary>A place to work at a lab: the learner's, or one that `lab verify` makes.</summary>
/// <param name="Root">The root of the course.</param>
/// <param name="Lab">The lab.</param>
/// <param name="Directory">The directory.</param>
/// <param name="World">The world that goes with it.</param>
internal sealed record Workplace(string Root, Lab Lab, string Directory, World World)
{
    /// <summary>The learner's own.</summary>
    public static Workplace Own(Catalogue course, Lab lab) =>
        new(course.Root, lab, Path.Combine(course.Root, "out", lab.Name), new World(lab.Name));

    /// <summary>Brings the world up, unless it is.</summary>
    /// <param name="foreground">Whether it is up for as long as we run.</param>
    /// <returns>False if it was.</returns>
    public bool BringUp(bool foreground) => World.Up(foreground);

    /// <summary>Takes the world down, and what its containers left beside it.</summary>
    public void TakeDown()
    {
        _ = World.Down();
        BoxCgroups.Remove();
    }

    /// <summary>The variables of shells, checks and solutions.</summary>
    public IReadOnlyDictionary<string, string> Environment_(IReadOnlyDictionary<string, string> inputs)
    {
        var path = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } set
            ? set : "/usr/local/bin:/usr/bin:/bin";
        // This very `lab`, and `minic`, are found first; sbin, where ip and nft are, is not on every root's path.
        IReadOnlyList<string> parts = [AppContext.BaseDirectory.TrimEnd('/'), Path.Combine(Root, "out"),
            .. path.Split(':'), "/usr/sbin", "/sbin"];
        return new Dictionary<string, string>(inputs)
        {
            ["PATH"] = string.Join(':', parts.Distinct()),
            // The compiler's server makes the second build of a container.cs a matter of half a second.
            ["UseSharedCompilation"] = "true",
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // There is no network: a restore would warn that it cannot ask for known weaknesses of packages.
            ["NuGetAudit"] = "false",
            ["LAB"] = Lab.Name,
            [Catalogue.RootVariable] = Root,
        };
    }

    /// <summary>Puts the lab's files there.</summary>
    /// <param name="again">
    /// Whether those that are there, and differ, are replaced; else only missing ones are put.
    /// </param>
    public void PutFiles(bool again)
    {
        System.IO.Directory.CreateDirectory(Directory);
        foreach (var file in Lab.Files)
        {
            var (from, to) = (Path.Combine(Lab.Path, file.From), Path.Combine(Directory, file.Path));
            if (!File.Exists(from))
                throw new MinicException($"give you {file.Path}", $"{from} is not there",
                    "Is this copy of the labs whole? See git status.");
            if (again || !File.Exists(to))
                Put(from, to);
        }
    }

    /// <summary>
    /// Puts one file; the same bytes stay as they are, with their date: what was built from them need not be built
    /// again.
    /// </summary>
    public static void Put(string from, string to)
    {
        var bytes = File.ReadAllBytes(from);
        if (new FileInfo(to) is { Exists: true, LinkTarget: null }
            && File.ReadAllBytes(to).AsSpan().SequenceEqual(bytes))
            return;
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (System.IO.Directory.Exists(to) || new FileInfo(to).LinkTarget is not null)
            Cleanup.Remove(to);
        // Written, not copied: the date must be later than that of whatever was built before.
        File.WriteAllBytes(to, bytes);
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
    }

    /// <summary>Makes the directory as it is at the start of the lab.</summary>
    public void Empty()
    {
        if (!System.IO.Directory.Exists(Directory))
            return;
        var kept = Lab.Files.Select(f => Path.Combine(Directory, f.Path)).ToHashSet();
        foreach (var entry in System.IO.Directory.EnumerateFileSystemEntries(Directory).Where(e => !kept.Contains(e))
            .ToList())
            Cleanup.Remove(entry);
    }

    /// <summary>The name of a world and a directory that only this process has.</summary>
    public static Workplace Fresh(Catalogue course, Lab lab) =>
        new(course.Root, lab, Path.Combine(course.Root, "out", "verify-" + lab.Name),
            new World(string.Create(CultureInfo.InvariantCulture, $"verify-{lab.Number:00}-{Environment.ProcessId}")));
}
