// minic features: what this runtime can do, as JSON (lab 12-oci).
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/features.md

using System.CommandLine;
using MiniContainer.Documents;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>features</c>.</summary>
internal sealed class FeaturesVerb(GlobalOptions globals)
    : RuntimeVerb("features", "Show what this runtime can do, as the specification's JSON.", globals)
{
    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        parsed.InvocationConfiguration.Output.WriteLine(
            JsonText.Write(Features.Here, ReportJson.Default.Features, indented: true));
        return 0;
    }
}
