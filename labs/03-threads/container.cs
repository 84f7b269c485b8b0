#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:property UseKernel=true
// Lab 03: namespaces belong to threads; a child gets its own.   ./container.cs run CMD [ARG]...
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

// Ctrl-C is for the command.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
try
{
    switch (args)
    {
        case ["run", _, ..]: return Run(args[1..]);
        default: throw new MinicException("usage: ./container.cs run CMD [ARG]...", 125);
    }
}
catch (Exception failure)
{
    Console.Error.WriteLine($"container: {failure.Message}");
    return (failure as MinicException)?.ExitCode ?? 125; // 127: not there, 126: not executable
}

int Run(string[] command)
{
    using var child = Child.Clone(Tape(command), CLONE_NEWUTS); // born into it; we stay here
    return child.WaitExit();
}

List<TapeCall> Tape(string[] command) => // what the child does: system calls, and no line of C#
[
    sethostname("box"),
    .. execve(command),
];
