// The options of `minic run --rootfs DIR CMD...`, for people in a hurry: they fill in the config.json that a bundle
// would have, and from there on all is the same (DESIGN: the models are the field's own).

using System.CommandLine;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli;

/// <summary>Builds a bundle from options.</summary>
internal sealed class RootfsOptions
{
    private readonly Option<string> rootfs = Text("--rootfs", "DIR",
        "Run CMD in this root file system, a directory or the name of one that was built, without a bundle. The "
            + "options from here to --net are for this form.");
    private readonly Option<string> name = Text("--name", "NAME", "The container's id; two words where not given.");
    private readonly Option<string> hostname = Text("--hostname", "NAME", "Its host name; its id where not given.");
    private readonly Option<string> memory = Text("--memory", "SIZE", "Most memory it may use: 100m, 1g.", "-m");
    private readonly Option<string> pids = Text("--pids", "N", "Most processes it may have.");
    private readonly Option<string> cpus = Text("--cpus", "N", "Most CPUs it may use: 0.5 is half of one.");
    private readonly Option<string[]> volumes = Texts("--volume", "SRC:DST[:ro]",
        "Show a directory or file of the host in it.", "-v");
    private readonly Option<string[]> env = Texts("--env", "K=V",
        "Set a variable of its environment; K alone hands yours on.", "-e");
    private readonly Option<string> workdir = Text("--workdir", "DIR", "Where CMD begins; / where not given.", "-w");
    private readonly Option<string> user = Text("--user", "USER[:GROUP]",
        "Whom CMD runs as: numbers, or names of its /etc/passwd.", "-u");
    private readonly Option<bool> tty = new("--tty", "-t") { Description = "Give CMD a terminal." };
    private readonly Option<bool> interactive = new("--interactive", "-i")
    {
        Description = "For the habit of -it; CMD has your stdin anyway.",
    };
    private readonly Option<bool> readOnly = new("--read-only")
    {
        Description = "Let nothing be written to the root file system.",
    };
    private readonly Option<string> net = Text("--net", "NAME",
        "Its network: one of CNI by its name; none, a private one with nothing in it; or host. "
            + $"{NetworkChoice.Default} where not given, and none for one who is not root.");

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All =>
        [rootfs, name, hostname, memory, pids, cpus, volumes, env, workdir, user, tty, interactive, readOnly, net];

    /// <summary>Whether this form of run was chosen.</summary>
    public bool Chosen(ParseResult parsed) => parsed.GetValue(rootfs) is not null;

    /// <summary>The first option that makes no sense without --rootfs, if one was given.</summary>
    public Option? Stray(ParseResult parsed) =>
        All.FirstOrDefault(o => o != rootfs && parsed.GetResult(o) is { Implicit: false });

    /// <summary>The container's id.</summary>
    public string Id(ParseResult parsed, StateRoot root) => parsed.GetValue(name) ?? ContainerNames.Free(root);

    /// <summary>The network.</summary>
    public NetworkChoice Network(ParseResult parsed) => NetworkChoice.Of(parsed.GetValue(net), Caller.Current);

    /// <summary>The bundle; its config.json is not written yet.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="directory">The bundle's directory to be: the container's state directory.</param>
    /// <param name="command">The command.</param>
    /// <exception cref="MinicException">An option makes no sense.</exception>
    public Bundle Build(ParseResult parsed, string id, string directory, IReadOnlyList<string> command)
    {
        ContainerId.Check(id);
        var root = Root(parsed.GetValue(rootfs)!);
        // A host name is no longer than 64 bytes, an id may be.
        var spec = DefaultSpec.Create(root, command, parsed.GetValue(hostname) ?? (id.Length > 64 ? id[..64] : id),
            parsed.GetValue(tty));
        var network = Network(parsed);
        if (!Caller.Current.IsPrivileged)
            spec = DefaultSpec.Rootless(spec, Caller.Current, ranges: true, ownNetwork: network.Name != "host");
        else if (Caller.Current.InUserNamespace)
            spec = DefaultSpec.Nested(spec, ownNetwork: network.Name != "host");
        spec = spec with
        {
            Root = spec.Root! with { Readonly = parsed.GetValue(readOnly) },
            Process = Process(parsed, spec.Process!, root),
            Mounts = [.. spec.Mounts ?? [], .. (parsed.GetValue(volumes) ?? []).Select(v => Volume(v).ToMount())],
            Linux = spec.Linux! with { Resources = Limits(parsed, spec.Linux.Resources ?? new LinuxResources()) },
        };
        spec = network.Apply(spec, directory);
        var problems = new Problems();
        SpecValidator.Check(spec, directory, problems);
        return problems.All.Count == 0
            ? new Bundle(directory, spec)
            : throw problems.ToException($"make container {id}", "the options", _ => null);
    }

    // A directory as the shell sees it comes first, so that no root file system with a name can hide it.
    private static string Root(string directory)
    {
        var doing = $"use the root file system {directory}";
        var path = HostPath.Absolute(directory, doing);
        if (Directory.Exists(path))
            return path;
        if (File.Exists(path))
            throw new MinicException(doing, "it is a file, not a directory",
                "Unpack it to a directory (tar -C DIR -xf FILE), and name that.");
        if (directory.Contains('/', StringComparison.Ordinal))
            throw new MinicException(doing, "there is no such directory", Images.Remedy());
        return Images.Named(directory)
            ?? throw new MinicException(doing,
                $"there is no such directory here, and no {directory} in {string.Join(", ", Images.Places)}",
                Images.Remedy());
    }

    private static VolumeOption Volume(string text)
    {
        var volume = VolumeOption.Parse(text);
        _ = HostPath.Absolute(volume.Source, $"read -v {text}");
        return Path.Exists(volume.Source)
            ? volume : throw new MinicException($"read -v {text}", $"there is no {volume.Source} on the host",
                "Make it first: mkdir or touch.");
    }

    private Process Process(ParseResult parsed, Process process, string root)
    {
        var cwd = parsed.GetValue(workdir) ?? "/";
        if (!cwd.StartsWith('/'))
            throw new MinicException($"read --workdir {cwd}", "it is not absolute", $"Begin it with a slash: /{cwd}.");
        return process with
        {
            Cwd = cwd,
            Env = (parsed.GetValue(env) ?? []).Select(e => EnvOption.Parse(e, CallerWords.Variable)).OfType<string>()
                .Aggregate(process.Env!, EnvOption.Set),
            User = parsed.GetValue(user) is { } text ? UserOption.Parse(text, process.User!, root) : process.User,
            // Known before the first program asks: stty size, or an editor.
            ConsoleSize = process.Terminal && Supervisor.CallersSize() is { } size
                ? new ConsoleSize(size.Rows, size.Columns) : null,
        };
    }

    private LinuxResources Limits(ParseResult parsed, LinuxResources resources) => resources with
    {
        Memory = parsed.GetValue(memory) is { } size ? new LinuxMemory
        {
            Limit = MemorySize.Parse(size, "--memory"),
        } : null,
        Cpu = parsed.GetValue(cpus) is { } amount ? CpuQuantity.Parse(amount, "--cpus").ToLimit() : null,
        Pids = parsed.GetValue(pids) is { } count ? new LinuxPids(Pids(count)) : null,
    };

    private static long Pids(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
        && count is > 0 or -1
        ? count
        : throw new MinicException($"read --pids {text}", "it is no number of processes",
            "Give 1 or more, or -1 for no limit.");

    private static Option<string> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description };

    private static Option<string[]> Texts(string name, string value, string description, params string[] aliases) =>
        new(name, aliases)
        {
            HelpName = value,
            Description = description + " May be repeated.",
            Arity = ArgumentArity.OneOrMore,
        };
}
