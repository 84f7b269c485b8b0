// Containers that join the user namespace of another one: what is new in them belongs to it.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class JoinedUserTests : MinicTest
{
    private static readonly LinuxIdMapping[] Map = [new(0, 200000, 65536)];

    // Only root of the user namespace to which they belong may do these.
    private const string Owns = "hostname own && hostname; ip link set lo down && echo net; mount -t tmpfs none /mnt "
        + "&& echo mount; [ $$ = 1 ] && echo pid; awk '{print $2}' /proc/self/uid_map; readlink /proc/self/ns/user";

    private static void Write(MinicWorld world, string name, string script, Func<Linux, Linux> change)
    {
        var path = Path.Combine(world.Bundle("true", name: name), "config.json");
        var spec = DefaultSpec.Create(Path.Combine(world.Temporary, "image"), ["sh", "-c", script], "box");
        string[] all = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN"];
        spec = spec with
        {
            Process = spec.Process! with { Capabilities = new() { Bounding = all, Effective = all, Permitted = all } },
            Linux = change(spec.Linux!),
        };
        File.WriteAllText(path, SpecJson.Write(spec));
    }

    private static LinuxNamespace[] Beside(params string[] joined) =>
        [.. new[] { "mount", "pid", "uts", "ipc", "network",
            "cgroup" }.Select(t => new LinuxNamespace(t, joined.Contains(t) ? $"/proc/PID/ns/{FileOf(t)}" : null)),
            new("user", "/proc/PID/ns/user")];

    private static string FileOf(string type) => type switch { "network" => "net", "mount" => "mnt", _ => type };

    private const string First = """
        chmod 755 .; cp -a $ROOTFS image; chown 200000:200000 image image/mnt
        minic run -d -b first --pid-file pid ${N}a >/dev/null </dev/null || exit 9
        sed -i "s/PID/$(cat pid)/" second/config.json
        user=$(readlink /proc/$(cat pid)/ns/user | tr -dc 0-9)
        """;

    private static void WriteFirst(MinicWorld world) =>
        Write(world, "first", "exec sleep 1000", linux => linux with
        {
            Namespaces = [.. linux.Namespaces!, new("user")],
            UidMappings = Map,
            GidMappings = Map,
        });

    [Fact]
    public void New_namespaces_belong_to_the_user_namespace_that_is_joined()
    {
        var world = Make();
        WriteFirst(world);
        Write(world, "second", Owns, linux => linux with { Namespaces = Beside() });
        var outcome = world.Sh(First
            + "\nminic run -b second ${N}b | sed \"s/user:.$user./same/\"; minic delete -f ${N}a");
        outcome.Should().Be(new Outcome(0, "own\nnet\nmount\npid\n200000\nsame\n", ""));
    }

    [Fact]
    public void Mappings_beside_its_path_are_a_warning()
    {
        var world = Make();
        WriteFirst(world);
        Write(world, "second", "awk '{print $2}' /proc/self/uid_map", linux => linux with
        {
            Namespaces = Beside(),
            UidMappings = Map,
            GidMappings = Map,
        });
        var outcome = world.Sh(First + "\nminic run -b second ${N}b; minic delete -f ${N}a");
        outcome.Output.Should().Be("200000\n");
        outcome.Error.Should().Contain("warning: $.linux.uidMappings").And.Contain("warning: $.linux.gidMappings");
    }

    [Theory]
    [InlineData("network")]
    [InlineData("network", "ipc", "uts")]
    [InlineData("network", "ipc", "uts", "pid")]
    public void Other_namespaces_may_be_joined_beside_it(params string[] joined)
    {
        var world = Make();
        WriteFirst(world);
        var files = string.Join(" ", joined.Select(FileOf));
        Write(world, "second", $"for n in user {files}; do readlink /proc/self/ns/$n; done", linux => linux with
        {
            Namespaces = Beside(joined),
        });
        var outcome = world.Sh(First
            + $"\nfor n in user {files}; do readlink /proc/$(cat pid)/ns/$n; done > want; minic run -b second ${{N}}b "
            + $"| diff want - && echo same; minic delete -f ${{N}}a");
        outcome.Should().Be(new Outcome(0, "same\n", ""));
    }

    [Fact]
    public void Its_life_is_that_of_any_container()
    {
        var world = Make();
        WriteFirst(world);
        Write(world, "second", "exec sleep 1000", linux => linux with { Namespaces = Beside() });
        var outcome = world.Sh(First + """

            minic create -b second --pid-file made ${N}b </dev/null
            [ "$(minic state ${N}b | grep -o '"pid": *[0-9]*' | tr -dc 0-9)" = "$(cat made)" ] && echo pid
            minic start ${N}b; minic exec ${N}b sh -c 'id -u; readlink /proc/self/ns/user; cat /proc/1/comm' | sed "s/user:.$user./same/"
            minic kill ${N}b KILL; minic delete -f ${N}b; minic delete -f ${N}a
            """);
        outcome.Should().Be(new Outcome(0, "pid\n0\nsame\nsleep\n", ""));
    }

    [Theory]
    [InlineData("pid")]
    [InlineData("none")]
    public void Its_clocks_may_be_its_own(string without)
    {
        var world = Make();
        WriteFirst(world);
        Write(world, "second", "[ $(cut -d. -f1 /proc/uptime) -gt 864000000 ] && echo shifted", linux => linux with
        {
            Namespaces = [.. Beside(without == "pid" ? ["pid"] : []), new("time")],
            TimeOffsets = new Dictionary<string, LinuxTimeOffset>
            {
                ["boottime"] = new(864000000),
                ["monotonic"] = new(5, 6),
            },
        });
        var outcome = world.Sh(First + "\nminic run -b second ${N}b; minic delete -f ${N}a");
        outcome.Should().Be(new Outcome(0, "shifted\n", ""));
    }

    [Fact]
    public void A_failure_after_it_has_made_itself_anew_leaves_nothing()
    {
        var world = Make();
        WriteFirst(world);
        Write(world, "second", "true", linux => linux with
        {
            Namespaces = Beside(),
            ReadonlyPaths = ["/etc"],
            MaskedPaths = [new string('x', 300).Insert(0, "/")],
        });
        var outcome = world.Sh(First + "\nminic run -b second ${N}b; echo $?; minic list -q; minic delete -f ${N}a");
        outcome.Output.Should().Be($"1\n{world.Name}a\n");
        outcome.Error.Should().Contain("ENAMETOOLONG");
    }
}
