// A bundle to run in tests: an empty root into which the host's programs are bound, and a directory /out that the
// container and its hooks share with the test. The state is below a directory of its own.

using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Steps;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Tests.Lifecycle;

internal sealed class ContainerWorld : IDisposable
{
    private readonly string directory;

    public ContainerWorld()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        directory = Directory.CreateTempSubdirectory("minic-world-").FullName;
        Directory.CreateDirectory(Bundle + "/rootfs");
        Directory.CreateDirectory(Out);
        Id = "t" + Guid.NewGuid().ToString("N")[..8];
    }

    public string Id { get; }

    public string Bundle => directory + "/bundle";

    /// <summary>The directory that is /out inside.</summary>
    public string Out => directory + "/out";

    public StateRoot Root => new(directory + "/state", new StepKinds(() => [PlanSteps.Family, ContainerSteps.Family]));

    public string State => Container.DirectoryOf(Root, Id);

    /// <summary>What hooks and the command have written to /out/NAME.</summary>
    public string Read(string name) => File.ReadAllText($"{Out}/{name}");

    public string[] Lines(string name) => File.Exists($"{Out}/{name}") ? File.ReadAllLines($"{Out}/{name}") : [];

    /// <summary>Writes config.json: the default one with the host's programs, changed as the test wants.</summary>
    public void Configure(Func<Spec, Spec> change, params string[] command)
    {
        var spec = DefaultSpec.Create("rootfs", command, "box");
        string[] programs = ["/bin", "/sbin", "/lib", "/lib64", "/usr"];
        spec = spec with
        {
            Mounts =
            [
                .. spec.Mounts!,
                .. programs.Where(Directory.Exists)
                    .Select(p => new Mount { Destination = p, Type = "bind", Source = p, Options = ["rbind", "ro"] }),
                new Mount { Destination = "/out", Type = "bind", Source = Out, Options = ["bind"] },
            ],
        };
        File.WriteAllText(Bundle + "/config.json", SpecJson.Write(change(spec)));
    }

    public Launched Launch(bool create = false) =>
        Launcher.Launch(MiniContainer.Containers.Oci.Bundle.Load(Bundle), new LaunchOptions(Root, Id)
        {
            Create = create,
            Foreground = !create,
        });

    public void Dispose()
    {
        ContainerRemoval.Delete(Root, Id, force: true);
        Directory.Delete(directory, recursive: true);
    }
}
