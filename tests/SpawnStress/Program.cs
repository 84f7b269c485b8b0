// Starts children while other threads allocate and collect: what a runtime with managed code in its children does not
// survive (lab 03-threads). The tests run it jitted; scripts/test --stress also publishes it ahead of time:
//
//     dotnet publish tests/SpawnStress -r linux-x64 -c Release -p:PublishAot=true -o DIR && DIR/SpawnStress spawn 10000

using System.Diagnostics;
using System.Globalization;
using MiniContainer.Kernel;

const int HangAfter = 60_000; // milliseconds: a child takes one
var awaitGo = new TapeCall("read", 0, new TapeArg.Block(new byte[8], "..."), 1) { Least = 1 };
var command = new TapeCall("execve", "/bin/true", new TapeArg.Strs(["true"]), new TapeArg.Strs([]));

if (args is ["wait"])
{
    using var child = Make(0);
    Console.WriteLine(child.Pid);
    Thread.Sleep(Timeout.Infinite);
}

var count = args is ["spawn", var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 300;
var flags = Environment.IsPrivilegedProcess
    ? 0x20000UL | 0x4000000 | 0x8000000 | 0x20000000 : 0; // mount, UTS, IPC, pid
var stop = false;
Thread[] churn = [new(Allocate), new(Collect)];
foreach (var thread in churn)
{
    thread.IsBackground = true;
    thread.Start();
}

var (hangs, failures, collections, watch) = (0, 0, GC.CollectionCount(0), Stopwatch.StartNew());
for (var i = 0; i < count && hangs < 3; i++)
{
    using var child = Make(flags);
    child.Go();
    if (!Processes.WaitEnd(child.PidFd, HangAfter))
    {
        hangs++;
        _ = Processes.Signal(child.PidFd, 9);
    }

    if (Processes.Reap(child.Pid) != 0)
        failures++;
}

Volatile.Write(ref stop, true);
Console.WriteLine(
    $"{count} children, {hangs} hangs, {failures} failures; {GC.CollectionCount(0) - collections} collections in "
        + $"{watch.ElapsedMilliseconds} ms");
return hangs + failures == 0 ? 0 : 1;

Child Make(ulong newNamespaces) => Child.Clone(new ChildOptions([awaitGo, command])
{
    Flags = newNamespaces,
    Descriptors = [ChildDescriptor.Go, ChildDescriptor.Status],
    Kept = 0,
});

void Allocate()
{
    var kept = new List<byte[]>();
    while (!Volatile.Read(ref stop))
    {
        kept.Add(new byte[1000]);
        if (kept.Count > 1000)
            kept.Clear();
    }
}

void Collect()
{
    while (!Volatile.Read(ref stop))
    {
        GC.Collect();
        // Or the thread that starts children would hardly ever run.
        Thread.SpinWait(1000);
    }
}
