// An option whose value may be left out: --explain is --explain=text. The value follows an equals sign, never a space,
// so that `minic delete --explain box` names a container.

using System.CommandLine;

namespace MiniContainer.Cli;

/// <summary>An option that may stand alone.</summary>
/// <param name="name">Its name.</param>
/// <param name="alone">Its value when it stands alone.</param>
internal sealed class AloneOption(string name, string alone) : Option<string>(name)
{
    /// <summary>Its value when it stands alone.</summary>
    public string Alone { get; } = alone;
}
