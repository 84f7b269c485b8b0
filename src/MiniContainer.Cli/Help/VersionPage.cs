// `minic --version`, in runc's form: podman and containerd read it.

using System.CommandLine;
using System.CommandLine.Invocation;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli;

/// <summary>Shows the version.</summary>
internal sealed class VersionPage : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(
            $"minic version {MinicVersion.Current}\nspec: {Spec.CurrentVersion}");
        return 0;
    }
}
