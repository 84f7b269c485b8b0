// `minic --version`, in runc's form: podman and containerd read it.

using System.CommandLine;
using System.CommandLine.Invocation;
using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli;

/// <summary>Shows the version.</summary>
internal sealed class VersionPage : SynchronousCommandLineAction
{
    /// <summary>The version of minic.</summary>
    public static string Version => typeof(VersionPage).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine($"minic version {Version}\nspec: {Spec.CurrentVersion}");
        return 0;
    }
}
