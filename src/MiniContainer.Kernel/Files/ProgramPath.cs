// Where a program is: each directory of PATH, as a shell looks (lab 01-run; execvp(3), environ(7)).

namespace MiniContainer.Kernel;

/// <summary>Finds programs.</summary>
public static class ProgramPath
{
    /// <summary>The file of a program; null if it is in no directory of PATH.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="more">Directories behind those of PATH: a user's PATH often lacks /usr/sbin.</param>
    public static string? Find(string program, params IReadOnlyList<string> more) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':').Concat(more)
            .Where(d => d.StartsWith('/')).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);
}
