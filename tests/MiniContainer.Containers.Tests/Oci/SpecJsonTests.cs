// config.json goes in and comes out unchanged, and the default one is golden.

using System.Text.Json;
using System.Text.Json.Nodes;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Oci;

public class SpecJsonTests
{
    // Every member that minic models, with the specification's spelling.
    private const string Everything = """
        {
          "ociVersion": "1.3.0",
          "process": {
            "terminal": true, "consoleSize": { "height": 24, "width": 80 },
            "user": { "uid": 1, "gid": 2, "umask": 18, "additionalGids": [5, 6] },
            "args": ["sh"], "env": ["A=b"], "cwd": "/",
            "capabilities": { "bounding": ["CAP_KILL"], "effective": [], "inheritable": [], "permitted": [], "ambient": [] },
            "rlimits": [{ "type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 0 }],
            "noNewPrivileges": true, "apparmorProfile": "p", "oomScoreAdj": -5,
            "scheduler": { "policy": "SCHED_DEADLINE", "nice": 1, "priority": 2, "flags": ["SCHED_FLAG_RECLAIM"], "runtime": 1, "deadline": 2, "period": 3 },
            "selinuxLabel": "l", "ioPriority": { "class": "IOPRIO_CLASS_BE", "priority": 4 },
            "execCPUAffinity": { "initial": "0", "final": "1-3" }
          },
          "root": { "path": "rootfs", "readonly": true },
          "hostname": "h", "domainname": "d",
          "mounts": [{ "destination": "/a", "type": "bind", "source": "/b", "options": ["rbind"],
            "uidMappings": [{ "containerID": 0, "hostID": 1, "size": 2 }], "gidMappings": [{ "containerID": 0, "hostID": 1, "size": 2 }] }],
          "hooks": {
            "prestart": [{ "path": "/a" }], "createRuntime": [{ "path": "/a", "args": ["a"], "env": ["A=b"], "timeout": 1 }],
            "createContainer": [], "startContainer": [], "poststart": [], "poststop": []
          },
          "annotations": { "a.b/c": "d" },
          "linux": {
            "namespaces": [{ "type": "network", "path": "/proc/1/ns/net" }],
            "uidMappings": [{ "containerID": 0, "hostID": 1, "size": 2 }], "gidMappings": [],
            "timeOffsets": { "monotonic": { "secs": -1, "nanosecs": 5 } },
            "devices": [{ "path": "/dev/x", "type": "c", "major": 1, "minor": 2, "fileMode": 438, "uid": 0, "gid": 0 }],
            "netDevices": { "eth0": { "name": "eth1" } },
            "cgroupsPath": "/a",
            "resources": {
              "devices": [{ "allow": false, "type": "a", "major": -1, "minor": -1, "access": "rwm" }],
              "memory": { "limit": 1, "reservation": 2, "swap": -1, "kernel": 3, "kernelTCP": 4, "swappiness": 5, "disableOOMKiller": true, "useHierarchy": false, "checkBeforeUpdate": true },
              "cpu": { "shares": 1, "quota": -1, "burst": 3, "period": 4, "realtimeRuntime": 5, "realtimePeriod": 6, "cpus": "0", "mems": "1", "idle": 1 },
              "pids": { "limit": 20 },
              "blockIO": {
                "weight": 10, "leafWeight": 11, "weightDevice": [{ "major": 8, "minor": 0, "weight": 1, "leafWeight": 2 }],
                "throttleReadBpsDevice": [{ "major": 8, "minor": 0, "rate": 1 }], "throttleWriteBpsDevice": [],
                "throttleReadIOPSDevice": [], "throttleWriteIOPSDevice": [{ "major": 8, "minor": 0, "rate": 18446744073709551615 }]
              },
              "hugepageLimits": [{ "pageSize": "2MB", "limit": 9223372036854772000 }],
              "network": { "classID": 1, "priorities": [{ "name": "eth0", "priority": 5 }] },
              "rdma": { "mlx5_1": { "hcaHandles": 3, "hcaObjects": 4 } },
              "unified": { "memory.high": "1" }
            },
            "rootfsPropagation": "slave",
            "seccomp": {
              "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "architectures": ["SCMP_ARCH_X86_64"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
              "listenerPath": "/s", "listenerMetadata": "m",
              "syscalls": [{ "names": ["getcwd"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": [{ "index": 0, "value": 1, "op": "SCMP_CMP_MASKED_EQ", "valueTwo": 2 }] }]
            },
            "sysctl": { "net.core.somaxconn": "256" }, "maskedPaths": ["/a"], "readonlyPaths": ["/b"], "mountLabel": "m",
            "personality": { "domain": "LINUX32", "flags": [] },
            "intelRdt": { "closID": "c", "schemata": ["L3:0=f"], "l3CacheSchema": "L3:0=f", "memBwSchema": "MB:0=20", "enableMonitoring": true },
            "memoryPolicy": { "mode": "MPOL_BIND", "nodes": "0-3", "flags": ["MPOL_F_STATIC_NODES"] }
          },
          "vm": { "kernel": { "path": "/vmlinuz" } }
        }
        """;

    [Fact]
    public void Every_member_survives_reading_and_writing()
    {
        var spec = JsonSerializer.Deserialize(Everything, SpecJson.Default.Spec)!;
        JsonNode.DeepEquals(JsonNode.Parse(SpecJson.Write(spec)), JsonNode.Parse(Everything)).Should()
            .BeTrue(SpecJson.Write(spec));
        spec.Other.Should().ContainKey("vm", "the specification has unknown members ignored, and minic keeps them");
    }

    [Fact]
    public void The_default_configuration_is_golden() =>
    Golden.Check(SpecJson.Write(DefaultSpec.Create()), "default-config.json");

    [Fact]
    public void A_bundle_is_closed_more_tightly_and_only_version_2_has_cgroup_namespaces()
    {
        var (v1, v2) =
            (DefaultSpec.ForBundle(DefaultSpec.Create(), unified: false),
                DefaultSpec.ForBundle(DefaultSpec.Create(), unified: true));
        v1.Root!.Readonly.Should().BeTrue();
        v1.Linux!.Namespaces!.Select(n => n.Type).Should().Equal("pid", "network", "ipc", "uts", "mount");
        v2.Should()
            .BeEquivalentTo(DefaultSpec.Create() with
            {
                Root = new Root { Path = "rootfs", Readonly = true },
                Process = DefaultSpec.Create().Process! with { NoNewPrivileges = true },
            });
    }

    [Fact]
    public void The_rootless_configuration_is_golden() =>
        Golden.Check(TextChange.Of(
            SpecJson.Write(DefaultSpec.Create()),
            SpecJson.Write(DefaultSpec.Rootless(DefaultSpec.Create(terminal: true), new Caller(1000, 1000)))),
            "rootless-config.txt");

    [Fact]
    public void The_default_has_dockers_fourteen_capabilities_and_no_ambient_ones()
    {
        var sets = DefaultSpec.Create().Process!.Capabilities!;
        sets.Bounding.Should().HaveCount(14).And.Equal(sets.Effective).And.Equal(sets.Permitted);
        sets.Ambient.Should().BeNull();
        sets.Inheritable.Should().BeNull();
    }

    [Theory]
    [InlineData(ContainerStatus.Creating, "creating")]
    [InlineData(ContainerStatus.Created, "created")]
    [InlineData(ContainerStatus.Running, "running")]
    [InlineData(ContainerStatus.Stopped, "stopped")]
    public void A_state_is_written_as_the_specification_spells_it(ContainerStatus status, string word)
    {
        var state = new ContainerState
        {
            OciVersion = "1.3.0",
            Id = "box",
            Status = status,
            Pid = 42,
            Bundle = "/b",
            Annotations = new Dictionary<string, string> { ["a"] = "b" },
        };
        var json = JsonNode.Parse(state.ToJson())!;
        json["status"]!.GetValue<string>().Should().Be(word);
        json["pid"]!.GetValue<int>().Should().Be(42);
        ContainerState.FromJson(state.ToJson(), "state.json").Should().BeEquivalentTo(state);
    }

    [Fact]
    public void Names_are_read_in_any_case_and_keys_of_maps_stay_as_they_are()
    {
        const string text =
            """{ "OCIVersion": "1.0.0", "annotations": { "a": "1", "A": "2" }, "Linux": { "resources": { "hugepageLimits": [{ "pagesize": "2MB", "LIMIT": 4194304 }] } } }""";
        var spec = JsonFile.FromText("read", "text", text).As(SpecJson.Default.Spec);
        spec.Linux!.Resources!.HugepageLimits.Should().Equal(new LinuxHugepageLimit("2MB", 4194304));
        spec.Annotations.Should().HaveCount(2);
    }

    [Fact]
    public void A_name_in_two_cases_is_given_twice()
    {
        var read = () =>
            JsonFile.FromText("read", "text", """{ "ociVersion": "1.0.0", "hostname": "a", "Hostname": "b" }""")
                .As(SpecJson.Default.Spec);
        read.Should().Throw<MinicException>().WithMessage("*given more than once*");
    }
}
