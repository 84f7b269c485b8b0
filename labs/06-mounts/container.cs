#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:property UseKernel=true
// Lab 06: mounts of its own.   ./container.cs run CMD [ARG]...
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
    File.WriteAllText($"{box.Root}/dev/null", ""); // a file is mounted on a file
    // The child is born into them, and is number 1 there.
    using var child = Child.Clone(Tape(box), CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS);
    return child.WaitExit();
}

List<TapeCall> Tape(Box box) => // what the child does: system calls, and no line of C#
[
    sethostname(box.Hostname),
    mount(null, "/", null, MS_PRIVATE | MS_REC), // first: no later mount may appear on the host
    mount(box.Root, box.Root, null, MS_BIND), // pivot_root takes a mount: now it is one
    mount("/dev/null", $"{box.Root}/dev/null", null, MS_BIND), // while the host's is seen
    chdir(box.Root),
    pivot_root(".", "."), // "/" is the new root; the old one lies on top of it, and is still "."
    mount("proc", "/proc", "proc", 0), // shows the PID namespace of the one who mounts it
    umount2(".", MNT_DETACH), // lets go of the old root: now there is no way back
    chdir(box.Cwd),
    .. execve(box.Args, box.Env),
];

record Box(string Hostname, string Root, string Cwd, string[] Env, string[] Args);
