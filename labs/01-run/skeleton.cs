#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
// Lab 01: a container is a process.   ./container.cs run CMD [ARG]...
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

// Ctrl-C is for the command.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
switch (args)
{
    case ["run", _, ..]: return Run(args[1..]);
    default: throw new Win32Exception("usage: ./container.cs run CMD [ARG]...");
}

int Run(string[] command)
{
    return 0; // here is your place: start the command, wait for its end, return its exit code
}
