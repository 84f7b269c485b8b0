#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:property UseKernel=true
// Lab 05: a root file system.   ./container.cs run CMD [ARG]...
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

string[] environment = // the host's would not fit
    ["PATH=/bin", "HOME=/root", "TERM=" + Environment.GetEnvironmentVariable("TERM")];
// Ctrl-C is for the command.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
try
{
    switch (args)
    {
        case ["run", _, ..]: return Run(new Box("box", "rootfs", "/", environment, args[1..]));
        default: throw new MinicException("usage: ./container.cs run CMD [ARG]...", 125);
    }
}
catch (Exception failure)
{
    Console.Error.WriteLine($"container: {failure.Message}");
    return (failure as MinicException)?.ExitCode ?? 125; // 127: not there, 126: not executable
}

int Run(Box box)
{
    // The child is born into them, and is number 1 there.
    using var child = Child.Clone(Tape(box), CLONE_NEWUTS | CLONE_NEWPID);
    return child.WaitExit();
}

List<TapeCall> Tape(Box box) => // what the child does: system calls, and no line of C#
[
    sethostname(box.Hostname),
    chroot(box.Root), // from here on "/" is that directory, and ".." ends there
    chdir(box.Cwd), // without this the current directory would still be outside
    .. execve(box.Args, box.Env),
];

record Box(string Hostname, string Root, string Cwd, string[] Env, string[] Args);
