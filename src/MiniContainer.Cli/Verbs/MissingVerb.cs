// A verb of runc's that minic does not have, and says so whatever follows it: checkpoint and restore, which write a
// running process to files and make it of them again (CRIU; lab 12-oci).

using System.CommandLine;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>A verb that is refused.</summary>
internal sealed class MissingVerb : RuntimeVerb
{
    public MissingVerb(string name, GlobalOptions globals)
        : base(name, "Not there: minic cannot write a running process to files, nor make it of them again.", globals) =>
        Hidden = true;

    /// <summary>The refusal.</summary>
    public MinicException Refusal =>
        new($"{Name} a container", "minic does not do that",
            "It takes CRIU, and a runtime that drives it, such as runc.");

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed) => throw Refusal;
}
