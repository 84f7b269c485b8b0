// Running a program of the host that has a privilege which minic lacks: newuidmap(1). Nothing else is done by other
// programs.

namespace MiniContainer.Kernel;

/// <summary>Runs programs of the host.</summary>
public static class HostProgram
{
    /// <summary>Runs one to its end, with nothing to read; what it prints is told only if it fails.</summary>
    /// <param name="doing">What it is for, for the error.</param>
    /// <param name="path">The program.</param>
    /// <param name="argv">Its arguments, its name first.</param>
    /// <exception cref="MinicException">It could not be executed, or did not end with 0.</exception>
    public static void Run(string doing, string path, IReadOnlyList<string> argv)
    {
        using var input = MemoryFile.Create("input", []);
        using var output = MemoryFile.Create("output", []);
        using var child =
            Child.Clone(
                new ChildOptions(
                    [new TapeCall("execve", path, new TapeArg.Strs(argv), new TapeArg.Strs(["PATH=/usr/bin:/bin"]))])
        {
            Descriptors = [new("input", input), new("stdout", output), new("stderr", output), ChildDescriptor.Go,
                ChildDescriptor.Status],
        });
        var code = child.WaitExit();
        if (code != 0)
            throw new MinicException(doing, $"{path} ended with exit code {code}{MemoryFile.Said(output)}",
                "It gives only what /etc/subuid and /etc/subgid say: see newuidmap(1).");
    }
}
