// A verb that the command line of the OCI has too. Engines, and the scripts of those who know runc, go by its exit
// codes (docs/decisions/0014-exit-codes.md).

namespace MiniContainer.Cli;

/// <summary>A verb of runc's.</summary>
internal abstract class RuntimeVerb(string name, string description, GlobalOptions globals)
    : Verb(name, description, globals)
{
    /// <inheritdoc/>
    public override int? FailureCode(IReadOnlyList<string> words) => 1;
}
