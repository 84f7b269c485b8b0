namespace MiniContainer.Cli;

/// <summary>The version of minic.</summary>
internal static class MinicVersion
{
    /// <summary>"0.1.0".</summary>
    public static string Current => typeof(MinicVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
