using System.Text.Json;
// Bundles that are wrong in one way or several, and one golden file of all their messages, so that these can be read
// and judged as prose: Golden/bad-bundles.txt.

using System.Text;
using System.Text.Json.Nodes;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Oci;

public sealed class BadBundles : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new(SpecJson.Default.Options) { WriteIndented = true };

    private readonly string _bundle = Directory.CreateTempSubdirectory("minic-bundle-").FullName;

    public BadBundles() => Directory.CreateDirectory(Path.Combine(_bundle, "rootfs"));

    public void Dispose() => Directory.Delete(_bundle, recursive: true);

    private static readonly (string What, string Json)[] Malformed =
    [
        ("an empty file", ""),
        ("a comma after the last member", "{\n  \"ociVersion\": \"1.3.0\",\n}\n"),
        ("no comma between members", "{\n  \"ociVersion\": \"1.3.0\"\n  \"root\": {}\n}\n"),
        ("no colon", "{ \"ociVersion\" \"1.3.0\" }"),
        ("single quotes", "{ 'ociVersion': '1.3.0' }"),
        ("a comment", "{\n  // the version\n  \"ociVersion\": \"1.3.0\"\n}"),
        ("a string without an end", "{\n  \"ociVersion\": \"1.3.0,\n  \"root\": {}\n}"),
        ("a list without an end", "{\n  \"mounts\": [\n    {}\n"),
        ("a brace too many", "{}\n}\n"),
        ("a number with a leading zero", "{ \"process\": { \"user\": { \"umask\": 022 } } }"),
        ("an unknown escape", "{ \"hostname\": \"a\\qb\" }"),
        ("a bare word", "{ \"hostname\": box }"),
        ("not an object", "[]"),
        ("null", "null"),
        ("wrong types, several", """
            {
              "ociVersion": 1,
              "process": { "args": "sh -c true", "cwd": "/", "user": { "uid": -1 }, "terminal": "yes" },
              "root": "rootfs",
              "linux": { "namespaces": ["pid"], "resources": { "memory": { "limit": 1.5 } } }
            }
            """),
        ("missing members",
            """{ "process": { "arg": ["sh"] }, "root": { "paths": "rootfs" }, "mounts": [{}], "linux": {} }"""),
        ("a member given twice", "{\n  \"ociVersion\": \"1.3.0\",\n  \"ociVersion\": \"1.2.0\"\n}"),
    ];

    // Each edits the default configuration.
    private static readonly (string What, Action<JsonObject> Edit)[] Broken =
    [
        ("not a semantic version", c => c["ociVersion"] = "latest"),
        ("a version of the future", c => c["ociVersion"] = "2.0.0"),
        ("no root", c => c.Remove("root")),
        ("a root that is not there", c => c["root"]!["path"] = "nowhere"),
        ("a root that is a file", c => c["root"]!["path"] = "config.json"),
        ("the host's root", c => c["root"]!["path"] = "/"),
        ("no args", c => c["process"]!.AsObject().Remove("args")),
        ("empty args", c => c["process"]!["args"] = new JsonArray()),
        ("an empty command", c => c["process"]!["args"] = new JsonArray("")),
        ("a relative cwd", c => c["process"]!["cwd"] = "tmp"),
        ("a variable without =", c => c["process"]!["env"] = new JsonArray("PATH")),
        ("a NUL in an argument", c => c["process"]!["args"] = new JsonArray("sh", "a\0b")),
        ("the host name by sysctl", c => c["linux"]!["sysctl"] = new JsonObject { ["kernel.hostname"] = "box" }),
        ("effective without permitted",
            c => c["process"]!["capabilities"]!["permitted"] = new JsonArray("CAP_KILL", "CAP_CHOWN")),
        ("ids that mean none", c =>
        {
            c["process"]!["user"] = new JsonObject
            {
                ["uid"] = uint.MaxValue,
                ["gid"] = uint.MaxValue,
                ["additionalGids"] = new JsonArray(5, uint.MaxValue),
            };
            c["linux"]!["devices"] = new JsonArray(new JsonObject
            {
                ["path"] = "/dev/x",
                ["type"] = "p",
                ["uid"] = uint.MaxValue,
                ["gid"] = uint.MaxValue,
            });
        }),
        ("an id below 0 and others above 32 bits", c =>
            c["process"]!["user"] = new JsonObject
            {
                ["uid"] = -1,
                ["gid"] = 4294967296,
                ["umask"] = 4294967295,
                ["additionalGids"] = new JsonArray(-1, 4294967296),
            }),
        ("ranges of ids that hold the one that means none", c =>
        {
            Namespaces(c, "mount", "uts", "user");
            c["linux"]!["uidMappings"] = new JsonArray(Mapping(0, 0, uint.MaxValue), Mapping(uint.MaxValue, 5, 1),
                Mapping(4294967290, 0, 5));
            c["linux"]!["gidMappings"] = new JsonArray(Mapping(0, 4294901761, 65536));
            Mounts(c, new JsonObject
            {
                ["destination"] = "/d",
                ["source"] = "/s",
                ["options"] = new JsonArray("bind"),
                ["uidMappings"] = new JsonArray(Mapping(1, 0, uint.MaxValue)),
                ["gidMappings"] = new JsonArray(Mapping(0, 1, 1)),
            });
        }),
        ("an unknown rlimit", c => c["process"]!["rlimits"] = Rlimits(("NOFILE", 10, 10))),
        ("soft above hard", c => c["process"]!["rlimits"] = Rlimits(("RLIMIT_NOFILE", 10, 20))),
        ("an rlimit twice",
            c => c["process"]!["rlimits"] = Rlimits(("RLIMIT_NOFILE", 10, 10), ("RLIMIT_NOFILE", 20, 20))),
        ("oomScoreAdj out of range", c => c["process"]!["oomScoreAdj"] = 1001),
        ("an octal umask in decimal", c => c["process"]!["user"]!["umask"] = 777),
        ("an unknown scheduler", c => c["process"]!["scheduler"] = new JsonObject { ["policy"] = "SCHED_FIF0" }),
        ("an unknown I/O priority", c => c["process"]!["ioPriority"] = new JsonObject
        {
            ["class"] = "IOPRIO_CLASS_RT",
            ["priority"] = 8,
        }),
        ("a long host name", c => c["hostname"] = new string('x', 65)),
        ("a host name with a space", c => c["hostname"] = "my box"),
        ("a host name without a UTS namespace", c => Namespaces(c, "mount", "pid")),
        ("a mount without a type", c => c["mounts"]![0]!.AsObject().Remove("type")),
        ("a mount on nothing", c => c["mounts"]![0]!["destination"] = ""),
        ("a bind mount without a source", c => c["mounts"]![0] = new JsonObject
        {
            ["destination"] = "/x",
            ["options"] = new JsonArray("rbind"),
        }),
        ("half an idmap", c => c["mounts"]![0]!["uidMappings"] = Mappings()),
        ("a relative hook", c => c["hooks"] = new JsonObject
        {
            ["poststop"] = new JsonArray(new JsonObject { ["path"] = "true", ["timeout"] = 0 }),
        }),
        ("no linux", c => { c.Remove("linux"); c.Remove("hostname"); }),
        ("an unknown namespace", c => Namespaces(c, "mount", "uts", "net")),
        ("another unknown namespace", c => Namespaces(c, "mount", "uts", "netwrok")),
        ("a namespace twice", c => Namespaces(c, "mount", "uts", "pid", "pid")),
        ("no mount namespace", c => Namespaces(c, "uts", "pid")),
        ("a relative namespace path", c => c["linux"]!["namespaces"]![0]!["path"] = "proc/1/ns/pid"),
        ("mappings without a user namespace", c => c["linux"]!["uidMappings"] = Mappings()),
        ("a user namespace without mappings", c => Namespaces(c, "mount", "uts", "user")),
        ("an unknown clock", c => c["linux"]!["timeOffsets"] = new JsonObject
        {
            ["realtime"] = new JsonObject { ["secs"] = 1 },
        }),
        ("an unknown device",
            c => c["linux"]!["devices"] = new JsonArray(new JsonObject { ["path"] = "dev/x", ["type"] = "d" })),
        ("a device without numbers",
            c => c["linux"]!["devices"] = new JsonArray(new JsonObject { ["path"] = "/dev/x", ["type"] = "c" })),
        ("an unknown device rule", c => c["linux"]!["resources"]!["devices"]![0] = new JsonObject
        {
            ["allow"] = true,
            ["type"] = "x",
            ["access"] = "rwx",
        }),
        ("a cgroup path upwards", c => c["linux"]!["cgroupsPath"] = "/minic/../../x"),
        ("a path in unified", c => c["linux"]!["resources"]!["unified"] = new JsonObject { ["../memory.max"] = "1" }),
        ("less swap than memory", c => c["linux"]!["resources"]!["memory"] = new JsonObject
        {
            ["limit"] = 200,
            ["swap"] = 100,
        }),
        ("a CPU period out of range", c => c["linux"]!["resources"]!["cpu"] = new JsonObject
        {
            ["period"] = 10,
            ["quota"] = 5,
        }),
        ("a relative masked path", c => c["linux"]!["maskedPaths"]!.AsArray().Add("proc/x")),
        ("an unknown propagation", c => c["linux"]!["rootfsPropagation"] = "public"),
        ("an unknown personality", c => c["linux"]!["personality"] = new JsonObject { ["domain"] = "BSD" }),
        ("a memory policy with slips", c => c["linux"]!["memoryPolicy"] = new JsonObject
        {
            ["mode"] = "MPOL_BINDS",
            ["nodes"] = "0-",
            ["flags"] = new JsonArray("MPOL_F_STATIC"),
        }),
        ("flags that there are not", c =>
        {
            c["process"]!["scheduler"] = new JsonObject
            {
                ["policy"] = "SCHED_BATCH",
                ["flags"] = new JsonArray("SCHED_FLAG_RESET"),
            };
            c["linux"]!["personality"] = new JsonObject
            {
                ["domain"] = "LINUX",
                ["flags"] = new JsonArray("ADDR_NO_RANDOMIZE"),
            };
        }),
        ("processors that are no list", c => c["process"]!["execCPUAffinity"] = new JsonObject
        {
            ["initial"] = "all",
            ["final"] = "3-1",
        }),
        ("network devices with slips", c =>
        {
            Namespaces(c, "mount", "uts");
            c["linux"]!["netDevices"] = new JsonObject
            {
                ["eth0"] = new JsonObject(),
                ["eth1"] = new JsonObject { ["name"] = "eth0" },
                ["eth2"] = new JsonObject { ["name"] = "much-too-long-a-name" },
            };
        }),
        ("an id-mapped mount without mappings",
            c => Mounts(c, new JsonObject
            {
                ["destination"] = "/d",
                ["source"] = "/s",
                ["options"] = new JsonArray("bind", "idmap"),
            })),
        ("an id-mapped mount of a type",
            c => Mounts(c, new JsonObject
            {
                ["destination"] = "/d",
                ["type"] = "tmpfs",
                ["uidMappings"] = Mappings(),
                ["gidMappings"] = new JsonArray(),
            })),
        ("tmpcopyup into no tmpfs",
            c => Mounts(c, new JsonObject
            {
                ["destination"] = "/d",
                ["type"] = "proc",
                ["options"] = new JsonArray("tmpcopyup"),
            })),
        ("a listener that cannot be", c => c["linux"]!["seccomp"] = JsonNode.Parse("""
            {
              "defaultAction": "SCMP_ACT_NOTIFY", "listenerPath": "socket",
              "syscalls": [{ "names": ["mkdir", "write"], "action": "SCMP_ACT_NOTIFY" }]
            }
            """)),
        ("metadata for nobody",
            c => c["linux"]!["seccomp"] =
                JsonNode.Parse("""{ "defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x" }""")),
        ("a sysctl of the host", c => c["linux"]!["sysctl"] = new JsonObject { ["vm.swappiness"] = "1" }),
        ("a sysctl without its namespace", c =>
        {
            Namespaces(c, "mount", "uts");
            c["linux"]!["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1" };
        }),
        ("a seccomp filter with slips", c => c["linux"]!["seccomp"] = JsonNode.Parse("""
            {
              "defaultAction": "SCMP_ACT_DENY", "architectures": ["SCMP_ARCH_X86-64"], "flags": ["LOG"],
              "syscalls": [
                { "names": [], "action": "SCMP_ACT_ALLOW", "errnoRet": 1, "args": [{ "index": 6, "value": 0, "op": "==" }] },
                { "names": ["mount"], "action": "SCMP_ACT_NOTIFY" }
              ]
            }
            """)),
        ("many at once", c =>
        {
            c["process"]!["cwd"] = "tmp";
            c["process"]!["args"] = new JsonArray();
            c["root"]!["path"] = "nowhere";
            Namespaces(c, "pid", "pid", "foo");
        }),
    ];

    [Fact]
    public void Every_bad_bundle_is_refused_in_words_worth_reading()
    {
        var text = new StringBuilder();
        Tell(text, "no directory", () => Bundle.Load("/nowhere/at/all"));
        File.WriteAllText(Path.Combine(_bundle, "a-file"), "");
        Tell(text, "a file instead of a directory", () => Bundle.Load(Path.Combine(_bundle, "a-file")));
        Tell(text, "no config.json", () => Bundle.Load(_bundle));
        foreach (var (what, json) in Malformed)
        {
            Tell(text, what, () => Load(json));
        }

        foreach (var (what, edit) in Broken)
        {
            var config = JsonNode.Parse(SpecJson.Write(DefaultSpec.Create()))!.AsObject();
            edit(config);
            Tell(text, what, () => Load(config.ToJsonString(Indented)));
        }

        Golden.Check(text.ToString(), "bad-bundles.txt");
    }

    [Fact]
    public void The_default_bundle_is_good()
    {
        var bundle = Load(SpecJson.Write(DefaultSpec.Create()));
        bundle.RootPath.Should().Be(Path.Combine(_bundle, "rootfs"));
        bundle.Spec.Process!.Args.Should().Equal("sh");
    }

    [Fact]
    public void The_rootless_bundle_is_good() =>
        Load(SpecJson.Write(
            DefaultSpec.Rootless(DefaultSpec.Create(), new Caller(1000, 1000)))).Spec.Linux!.UidMappings.Should()
                .Equal(new LinuxIdMapping(0, 1000, 1));

    [Fact]
    public void Ambient_capabilities_that_are_not_inheritable_pass_as_runc_spec_writes_them()
    {
        var config = JsonNode.Parse(SpecJson.Write(DefaultSpec.Create()))!;
        config["process"]!["capabilities"]!["ambient"] = new JsonArray("CAP_KILL");
        Load(config.ToJsonString(Indented)).Spec.Process!.Capabilities!.Ambient.Should().Equal("CAP_KILL");
    }

    [Fact]
    public void A_directory_called_config_json_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_bundle, "config.json"));
        FluentActions.Invoking(() => Bundle.Load(_bundle)).Should().Throw<MinicException>()
            .WithMessage("*config.json: is a directory*");
    }

    [Fact]
    public void A_process_file_is_held_to_the_same_rules()
    {
        var path = Path.Combine(_bundle, "process.json");
        File.WriteAllText(path, """{ "args": [], "cwd": "/" }""");
        FluentActions.Invoking(() => Bundle.LoadProcess(path)).Should().Throw<MinicException>()
            .WithMessage("*process.json:1:11: $.args: the list is empty*");
    }

    private Bundle Load(string json)
    {
        File.WriteAllText(Path.Combine(_bundle, "config.json"), json);
        return Bundle.Load(_bundle);
    }

    private void Tell(StringBuilder text, string what, Func<Bundle> load)
    {
        var message = FluentActions.Invoking(load).Should().Throw<MinicException>(what).Which.Message;
        text.Append("# ").Append(what).Append('\n').Append(message.Replace(_bundle, "/bundle")).Append('\n');
    }

    private static JsonArray Rlimits(params (string Type, int Hard, int Soft)[] limits) =>
        [.. limits.Select(limit => new JsonObject
        {
            ["type"] = limit.Type,
            ["hard"] = limit.Hard,
            ["soft"] = limit.Soft,
        })];

    private static void Namespaces(JsonObject config, params string[] types) =>
        config["linux"]!["namespaces"] = new JsonArray([.. types.Select(type => new JsonObject { ["type"] = type })]);

    private static void Mounts(JsonObject config, params JsonNode[] mounts) => config["mounts"] = new JsonArray(mounts);

    private static JsonObject Mapping(uint container, uint host, uint size) => new()
    {
        ["containerID"] = container,
        ["hostID"] = host,
        ["size"] = size,
    };

    private static JsonArray Mappings() => [new JsonObject { ["containerID"] = 0, ["hostID"] = 1000, ["size"] = 1 }];
}
