// Ways out of a container that mounts could open: a mount that appears on the host, and a link that leads through a
// proc.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Security;

[Collection("minic")]
public sealed class PropagationTests : MinicTest
{
    // minic picks a volume's source up for a user namespace, in the host's mount namespace: it was a peer of the
    // host's.
    [Theory]
    [InlineData("private")]
    [InlineData("rshared")]
    [InlineData("rslave")]
    [InlineData("bind")]
    public void Root_of_a_user_namespace_mounts_nothing_on_a_shared_host(string option)
    {
        var world = Make();
        world.Bundle("true");
        var spec = DefaultSpec.Create(Path.Combine(world.Temporary, "image"),
            ["sh", "-c", "mount -t tmpfs escaped /vol/sub && echo mounted"], "box");
        string[] admin = ["CAP_SYS_ADMIN"];
        LinuxIdMapping[] map = [new(0, 200000, 65536)];
        spec = spec with
        {
            Process = spec.Process! with
            {
                Capabilities = new() { Bounding = admin, Effective = admin, Permitted = admin },
            },
            Mounts = [.. spec.Mounts!, new()
            {
                Destination = "/vol",
                Source = world.Temporary + "/vol",
                Type = "bind",
                Options = ["rbind", option],
            }],
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!, new("user")],
                UidMappings = map,
                GidMappings = map,
                RootfsPropagation = option == "bind" ? null : option,
            },
        };
        File.WriteAllText($"{world.Temporary}/bundle/config.json", SpecJson.Write(spec));
        world.Sh("""
            mount --make-rshared /; chmod 755 .; cp -a $ROOTFS image; mkdir -p vol/sub image/vol; chown 200000:200000 image vol vol/sub
            minic run -b bundle $N; grep -c escaped /proc/self/mountinfo
            """).Output.Should().Be("mounted\n0\n");
    }

    // With the host's pid namespace, /proc/1/root in the container is the host's root.
    [Theory]
    [InlineData("directory")]
    [InlineData("file")]
    [InlineData("tmpfs")]
    [InlineData("source")]
    [InlineData("device")]
    [InlineData("cwd")]
    public void A_link_of_the_image_does_not_lead_through_a_proc_to_the_host(string kind)
    {
        var world = Make();
        world.Bundle("true");
        var spec = DefaultSpec.Create(Path.Combine(world.Temporary, "image"), ["ls", "/seen"], "box");
        Mount? mount = kind switch
        {
            "directory" => new() { Destination = "/data/made", Source = "/etc", Type = "bind", Options = ["bind"] },
            "file" => new() { Destination = "/data/made", Source = "/etc/passwd", Type = "bind", Options = ["bind"] },
            "tmpfs" => new() { Destination = "/data/made", Source = "tmpfs", Type = "tmpfs" },
            "source" => new()
            {
                Destination = "/seen",
                Source = world.Temporary + "/image/data",
                Type = "bind",
                Options = ["bind"],
            },
            _ => null,
        };
        spec = spec with
        {
            Mounts = mount is null ? spec.Mounts : [.. spec.Mounts!, mount],
            Process = kind == "cwd" ? spec.Process! with { Cwd = "/data/made" } : spec.Process,
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux.Namespaces!.Where(n => n.Type != "pid")],
                Devices = kind == "device"
                    ? [new LinuxDevice { Path = "/data/made/node", Type = "c", Major = 1, Minor = 3 }] : null,
            },
        };
        File.WriteAllText($"{world.Temporary}/bundle/config.json", SpecJson.Write(spec));
        var outcome = world.Sh("mkdir victim; touch victim/mine; cp -a $ROOTFS image; ln -s /proc/1/root$TMP/victim "
            + "image/data; minic run -b bundle $N; ls victim");
        outcome.Output.Should().Be("mine\n", "nothing was made on the host, and nothing of it was seen");
        outcome.Error.Should().Contain("into a proc");
    }
}
