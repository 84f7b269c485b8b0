// A bundle: a directory with a config.json and, most often, the root file system beside it. Loading one reads,
// understands and validates it before anything is changed: what `create` plans from here on can be relied on.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/bundle.md   Lab: 12-oci.

using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>A bundle that was read and found valid.</summary>
/// <param name="Directory">Its absolute path.</param>
/// <param name="Spec">Its config.json.</param>
public sealed record Bundle(string Directory, Spec Spec)
{
    private const string Doing = "read the bundle's configuration";

    /// <summary>The name of the configuration in a bundle (bundle.md).</summary>
    public const string ConfigName = "config.json";

    /// <summary>The root file system's absolute path.</summary>
    public string RootPath => Resolve(Directory, Spec.Root!.Path);

    /// <summary>Reads and validates a bundle.</summary>
    /// <param name="directory">The bundle's directory.</param>
    /// <exception cref="MinicException">
    /// No such bundle, no JSON, or every rule of the specification that it breaks.
    /// </exception>
    public static Bundle Load(string directory)
    {
        var absolute = HostPath.Absolute(directory, Doing);
        if (!System.IO.Directory.Exists(absolute))
        {
            throw File.Exists(absolute)
                ? new MinicException(Doing, $"{directory}: is a file, not a bundle",
                    $"Name the directory that holds {ConfigName} and rootfs/.")
                : new MinicException(Doing, $"{directory}: there is no such directory",
                    "Make the bundle first: minic spec writes a config.json.");
        }

        var file = JsonFile.Read(Doing, Path.Combine(directory, ConfigName),
            "A bundle has one at its top: minic spec writes it.");
        var spec = file.As(SpecJson.Default.Spec);
        file.RefuseNul();
        var problems = new Problems();
        SpecValidator.Check(spec, absolute, problems);
        return problems.All.Count == 0 ? new Bundle(absolute, spec) : throw file.Fail(problems);
    }

    /// <summary>Reads a process.json, as <c>exec --process</c> takes it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MinicException">It cannot be read, or every rule that it breaks.</exception>
    public static Process LoadProcess(string path)
    {
        var file = JsonFile.Read("read the process", path,
            "Name a file that holds the process member of a config.json.");
        var process = file.As(SpecJson.Default.Process);
        file.RefuseNul();
        var problems = new Problems();
        ProcessValidator.Check(process, "$", problems);
        return problems.All.Count == 0 ? process : throw file.Fail(problems);
    }

    /// <summary>A path of the configuration on the host: relative ones are below the bundle.</summary>
    /// <param name="directory">The bundle.</param>
    /// <param name="path">As written in the configuration.</param>
    internal static string Resolve(string directory, string path) => Path.GetFullPath(Path.Combine(directory, path));
}
