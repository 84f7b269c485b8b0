#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:package Mono.Posix.NETStandard
#:package Tmds.LibC
// Lab 02: a namespace is a private copy of one thing.   ./container.cs run CMD [ARG]...
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Mono.Unix.Native;
using static Tmds.Linux.LibC;

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true); // Ctrl-C is for the command
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
    if (unshare(CLONE_NEWUTS) < 0 || Syscall.sethostname("box") < 0) // our own copy of the host name, and a change to it
        throw new Win32Exception(); // it knows errno, and says it in words
    using var child = Process.Start(command[0], command[1..]); // fork, then execve; the child is in the namespaces we are in
    child.WaitForExit();
    return child.ExitCode; // the command's own, or 128 + the signal that ended it
}
