// minic create: makes a container whose process waits for start (lab 12-oci; runtime-spec, "Create").

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>create</c>.</summary>
internal sealed class CreateVerb : RuntimeVerb
{
    private readonly LaunchFlags flags = new();
    private readonly Argument<string> id = new("ID")
    {
        Description = "The new container's id: letters, digits, _ + - and dots.",
    };

    public CreateVerb(GlobalOptions globals)
        : base("create", "Make a container of a bundle; its process waits for minic start.", globals)
    {
        Examples = [("minic create -b /tmp/bundle box && minic start box", "The two halves of minic run -d.")];
        foreach (var option in flags.All)
            Add(option);
        Add(id);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        flags.Play.Begin(parsed);
        using var profile = flags.Profile.Begin(parsed, "minic create");
        var name = ContainerId.Check(parsed.GetValue(id)!);
        var bundle = flags.Load(parsed);
        if (flags.Play.Reads(parsed))
        {
            var options = flags.Options(parsed, Globals, name) with { Create = true };
            var (plan, directory) = (Launcher.MakePlan(bundle, options), Container.DirectoryOf(options.Root, name));
            return flags.Play.Tell(parsed, $"minic create of {name}", plan, directory,
                start: Launcher.StepsOfStart(plan.Steps, name, directory));
        }

        Privilege.Check(bundle.Spec, name);
        using var terminal = ProcessTerminal.For(bundle.Spec.Process?.Terminal == true, detached: true,
            parsed.GetValue(flags.ConsoleSocket));
        using var launched = Launcher.Launch(bundle, flags.Options(parsed, Globals, name) with
        {
            Create = true,
            Console = terminal.Socket,
        });
        flags.WritePid(parsed, launched);
        return 0;
    }
}
