using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
try
{
    var spec = DefaultSpec.Create(args[0], args[1..], "box");
    Directory.CreateDirectory("/tmp/b1");
    File.WriteAllText("/tmp/b1/config.json", SpecJson.Write(spec));
    using var s = new Supervisor();
    using var l = Launcher.Launch(Bundle.Load("/tmp/b1"), new LaunchOptions("/run/minic-dev", "t" + Environment.ProcessId) { Foreground = true });
    var rc = s.Wait(l.Init, null);
    l.Delete();
    return rc;
}
catch (MinicException e) { Console.Error.WriteLine("minic: " + e.Message); return e.ExitCode; }
