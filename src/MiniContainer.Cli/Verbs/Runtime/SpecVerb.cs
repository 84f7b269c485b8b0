// minic spec: writes a config.json to start from (lab 12-oci; runtime-spec, config.md).

using System.CommandLine;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>spec</c>.</summary>
internal sealed class SpecVerb : RuntimeVerb
{
    private readonly Option<string> bundle = Text("--bundle", "DIR",
        "Write it to DIR; the current directory where not given.", "-b");
    private readonly Option<bool> rootless = Flag("--rootless",
        "For a caller who is not root: with a user namespace that maps the caller alone.");

    public SpecVerb(GlobalOptions globals)
        : base("spec",
            "Write a config.json with Docker's default privileges, and no_new_privs, which runs sh on a terminal in "
                + "rootfs/, read-only.", globals)
    {
        Add(bundle);
        Add(rootless);
        Examples = [("minic spec -b /tmp/bundle", "The root file system belongs beside it, in /tmp/bundle/rootfs.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var path = Path.Combine(parsed.GetValue(bundle) is { Length: > 0 } given ? given : ".", Bundle.ConfigName);
        _ = HostPath.Absolute(path, $"write {path}");
        var spec = DefaultSpec.ForBundle(DefaultSpec.Create(terminal: true),
            unified: Cgroups.Hierarchies().All(h => h.IsV2));
        if (parsed.GetValue(rootless))
            spec = DefaultSpec.Rootless(spec, Caller.Current);
        try
        {
            using var writer = new StreamWriter(new FileStream(path, FileMode.CreateNew));
            writer.Write(SpecJson.Write(spec with { OciVersion = SpecVersion.Of(spec) }));
            return 0;
        }
        catch (IOException e)
        {
            throw File.Exists(path)
                ? new MinicException($"write {path}", "it is there already",
                    "Remove it first, or give another --bundle.", inner: e)
                : new MinicException($"write {path}", e.Message, "Make the directory first.", inner: e);
        }
    }
}
