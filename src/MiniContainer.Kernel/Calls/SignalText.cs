// Signals by name (signal(7)).

using System.Globalization;
using Mono.Unix.Native;

namespace MiniContainer.Kernel;

/// <summary>Names of signals.</summary>
public static class SignalText
{
    /// <summary>The name of a signal: "SIGKILL"; for an unknown one its number.</summary>
    public static string Of(int signal) =>
        Enum.GetName((Signum)signal) ?? signal.ToString(CultureInfo.InvariantCulture);
}
