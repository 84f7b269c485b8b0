#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
// Lab 01: a container is a process.   ./container.cs run CMD [ARG]...
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

// Ctrl-C is for the command.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
try
{
    switch (args)
    {
        case ["run", _, ..]: return Run(args[1..]);
        default: throw new Win32Exception("usage: ./container.cs run CMD [ARG]...");
    }
}
catch (Win32Exception failure)
{
    Console.Error.WriteLine($"container: {failure.Message}");
    return 127; // as a shell has it
}

int Run(string[] command)
{
    using var child = Process.Start(command[0], command[1..]); // fork, execve, with our streams
    child.WaitForExit();
    return child.ExitCode; // the command's own, or 128 + the signal that ended it
}
