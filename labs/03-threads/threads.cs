#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:package Mono.Posix.NETStandard
#:package Tmds.LibC
// What a namespace belongs to.   ./threads.cs name NAME | ./threads.cs pid
using System.ComponentModel;
using System.Diagnostics;
using Mono.Unix.Native;
using static Tmds.Linux.LibC;

if (args is ["name", var name])
{
    var other = new Thread(() =>
    {
        if (unshare(CLONE_NEWUTS) < 0 || Syscall.sethostname(name) < 0)
            throw new Win32Exception();
        Console.WriteLine($"this thread:   {Name()}");
    });
    other.Start();
    other.Join();
    Console.WriteLine($"main thread:   {Name()}");
}
else if (args is ["pid"])
{
    if (unshare(CLONE_NEWPID) < 0)
        throw new Win32Exception();
    var result = "started";
    try
    {
        Process.Start("true").WaitForExit();
    }
    catch (Exception failure)
    {
        result = failure.Message;
    }

    File.AppendAllText("/dev/stdout", $"{result}\n"); // Console would want a thread of its own, too
}

string Name() => File.ReadAllText("/proc/sys/kernel/hostname").Trim();
