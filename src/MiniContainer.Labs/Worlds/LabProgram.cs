// How to start this very program again: compiled ahead of time it is one file; jitted it is dotnet with lab.dll.

namespace MiniContainer.Labs.Worlds;

/// <summary>This program.</summary>
internal static class LabProgram
{
    /// <summary>The words that start it.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            var program = Environment.ProcessPath ?? throw new InvalidOperationException("no /proc/self/exe");
            return Path.GetFileNameWithoutExtension(program) == "dotnet"
                ? [program, Path.Combine(AppContext.BaseDirectory, "lab.dll")] : [program];
        }
    }
}
