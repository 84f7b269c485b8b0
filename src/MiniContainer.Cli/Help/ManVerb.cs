// minic man: the manual pages, one for minic and one for each verb, made of the same words as help (ManPage.cs).

using System.CommandLine;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>The verb <c>man</c>, which help does not show: scripts/install calls it.</summary>
internal sealed class ManVerb : Verb
{
    private readonly Argument<string> directory = new("DIR")
    {
        Description = "Where to write them; a directory that is there.",
    };

    public ManVerb(GlobalOptions globals)
        : base("man", "Write the manual pages, minic.1 and one for each verb.", globals)
    {
        Hidden = true;
        Add(directory);
        Examples = [("minic man . && man -l minic-run.1", "Writes them here, and shows one.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var target = HostPath.Absolute(parsed.GetValue(directory)!, "write the manual pages");
        if (!Directory.Exists(target))
            throw new MinicException("write the manual pages", $"there is no directory {target}", "Make it first.");
        foreach (var command in ManPage.All(parsed.RootCommandResult.Command))
        {
            using var file = new StreamWriter(Path.Combine(target, ManPage.Name(command) + ".1"));
            ManPage.Write(command, file);
        }

        return 0;
    }
}
