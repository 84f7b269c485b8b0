#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:package Mono.Posix.NETStandard
#:package Tmds.LibC
// Lab 02: a namespace is a private copy of one thing.   ./container.cs run CMD [ARG]...
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Mono.Unix.Native;
using static Tmds.Linux.LibC;

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
    if (unshare(CLONE_NEWUTS) < 0 || Syscall.sethostname("box") < 0) // our own copy, and a change
        throw new Win32Exception(); // it knows errno, and says it in words
    using var child = Process.Start(command[0], command[1..]); // fork, execve, in our namespaces
    child.WaitForExit();
    return child.ExitCode; // the command's own, or 128 + the signal that ended it
}
