#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:property UseKernel=true
// Lab 04: PID 1.   ./container.cs run CMD [ARG]...
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true); // Ctrl-C is for the command
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
    return (failure as MinicException)?.ExitCode ?? 125; // 127 if the command is not there, 126 if it cannot be executed, else 125
}

int Run(string[] command)
{
    using var child = Child.Clone(Tape(command), CLONE_NEWUTS | CLONE_NEWPID); // born into them, and number 1 there
    return child.WaitExit();
}

List<TapeCall> Tape(string[] command) => // what the child does: system calls, and no line of C#
[
    sethostname("box"),
    .. execve(command),
];
