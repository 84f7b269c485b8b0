#!/usr/bin/env -S sh -c 'exec dotnet "$0" --interactive false -- "$@"'
#:property UseKernel=true
// Lab 08: limits.   ./container.cs run CMD [ARG]...
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

string[] environment = // the host's would not fit
    ["PATH=/bin", "HOME=/root", "TERM=" + Environment.GetEnvironmentVariable("TERM")];
(string Controller, string File, string Value)[] limits = Cgroups.HasV1
    ? [("pids", "pids.max", "20"), ("memory", "memory.limit_in_bytes", "100M"),
        ("cpu", "cpu.cfs_quota_us", "50000")] // version 1: a tree of cgroups for each controller
    : [("pids", "pids.max", "20"), ("memory", "memory.max", "100M"),
        ("cpu", "cpu.max", "50000 100000")]; // version 2: one tree for all
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
    var id = $"box-{Environment.ProcessId}";
    try
    {
        using var child = Launch(id, box);
        return child.WaitExit();
    }
    finally
    {
        Remove(id);
    }
}

Child Launch(string id, Box box)
{
    foreach (var layer in (string[])["upper", "work", "root"])
        Directory.CreateDirectory($"boxes/{id}/{layer}");
    Directory.CreateDirectory("shared");
    File.WriteAllText($"{box.Root}/dev/null", ""); // a file is mounted on a file
    // The child is born into them, and is number 1 there.
    var child = Child.Clone(Tape(id, box), CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS);
    foreach (var (controller, file, value) in limits)
    {
        var cgroup = Directory.CreateDirectory($"{Cgroups.Under(controller)}/{id}");
        Knob.Write($"{cgroup}/{file}", value); // the kernel has put the file there
        Knob.Write($"{cgroup}/cgroup.procs", $"{child.Pid}");
    }
    child.Go();
    return child;
}

void Remove(string id)
{
    foreach (var (controller, _, _) in limits)
        Cgroups.Remove($"{Cgroups.Under(controller)}/{id}"); // with what still runs in it
    Directory.Delete($"boxes/{id}", recursive: true); // the mounts are gone, with their namespace
}

List<TapeCall> Tape(string id, Box box) => // what the child does: system calls, and no line of C#
[
    read(3), // waits for Go: nothing runs before the limits hold
    sethostname(box.Hostname),
    mount(null, "/", null, MS_PRIVATE | MS_REC), // first: no later mount may appear on the host
    mount("overlay", $"boxes/{id}/root", "overlay", 0,
        $"lowerdir={box.Root},upperdir=boxes/{id}/upper,workdir=boxes/{id}/work"),
    mount("shared", $"boxes/{id}/root/mnt", null, MS_BIND), // for all; flags take a second call:
    mount(null, $"boxes/{id}/root/mnt", null, MS_BIND | MS_REMOUNT | MS_RDONLY), // read-only
    mount("/dev/null", $"boxes/{id}/root/dev/null", null, MS_BIND), // while the host's is seen
    chdir($"boxes/{id}/root"),
    pivot_root(".", "."), // "/" is the new root; the old one lies on top of it, and is still "."
    mount("proc", "/proc", "proc", 0), // shows the PID namespace of the one who mounts it
    umount2(".", MNT_DETACH), // lets go of the old root: now there is no way back
    chdir(box.Cwd),
    .. execve(box.Args, box.Env),
];

record Box(string Hostname, string Root, string Cwd, string[] Env, string[] Args);
