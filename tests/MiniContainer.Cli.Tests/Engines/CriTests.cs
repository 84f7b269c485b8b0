// Kubernetes' way in: containerd's CRI, with the configuration that the README has, and minic as a runtime class. The
// test is the kubelet. The pod's network is CNI's, by Debian's plugins.

using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MiniContainer.Cli.Tests.Engines.Cri;

namespace MiniContainer.Cli.Tests.Engines;

[Collection("minic")]
public sealed partial class CriTests : MinicTest
{
    // restrict_oom_score_adj: whoever lacks CAP_SYS_RESOURCE may not lower anybody's badness, and root may lack it.
    private static readonly string Containerd = """
        mkdir -p cni
        cat > cni/pod.conflist <<END
        {"cniVersion": "0.4.0", "name": "pod", "plugins": [{"type": "bridge", "bridge": "cri0", "isGateway": true, "ipMasq": false, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.77.0.0/24"}]], "dataDir": "$TMP/leases"}}]}
        END
        cat > config.toml <<END
        version = 2
        root = "$TMP/root"
        state = "$TMP/state"
        disabled_plugins = ["io.containerd.internal.v1.opt"]
        [grpc]
          address = "$TMP/socket"
        [ttrpc]
          address = "$TMP/socket.ttrpc"
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "localhost/busybox:latest"
          restrict_oom_score_adj = true
          stream_server_address = "127.0.0.1"
        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = "/usr/lib/cni"
          conf_dir = "$TMP/cni"

        """ + OfReadme() + """
        END
        ip link set lo up
        image; containerd -c config.toml > log 2>&1 & engine=$!
        for i in $(seq 100); do ctr -a $TMP/socket version >/dev/null 2>&1 && break; sleep 0.1; done
        ctr -a $TMP/socket -n k8s.io image import --snapshotter native image.tar >/dev/null || cat log
        touch ready
        state=/run/containerd/runc/k8s.io
        until [ -e done ]; do $MINIC --root $state list -q >> seen; sleep 0.1; done
        [ ! -e failed ] || grep -v level=info log
        # The pod's own container, and at least the two that lived for a while, were minic's.
        [ $(sort -u seen | wc -l) -lt 3 ] || echo lived
        ip -o link show type veth | wc -l; [ ! -d $state ] || find $state -type f

        """;

    // What README.md tells people to write, but for where minic is, and a store that needs no overlay.
    private static string OfReadme([CallerFilePath] string here = "")
    {
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../README.md"));
        var block = Config().Match(readme).Groups["text"].Value;
        block.Should().Contain("/usr/local/bin/minic").And.Contain(".containerd]\n");
        return block.Replace("/usr/local/bin/minic", "$MINIC", StringComparison.Ordinal)
            .Replace(".containerd]\n", ".containerd]\n  snapshotter = \"native\"\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_of_a_runtime_class_lives_and_goes()
    {
        var world = Make();
        var engine = Task.Run(() => world.Engine("containerd", EngineWorld.Image + Containerd));
        string In(string name) => Path.Combine(world.Temporary, name);
        using var kubelet = new Kubelet(In("socket"), Pod(world));
        try
        {
            while (!engine.IsCompleted && !File.Exists(In("ready")))
                await Task.Delay(50, TestContext.Current.CancellationToken);
            await kubelet.Ready(engine);
            await Live(kubelet, world);
        }
        catch
        {
            File.WriteAllText(In("failed"), "");
            throw;
        }
        finally
        {
            File.WriteAllText(In("done"), "");
            var said = await engine;
            said.Should().Be("lived\n0\nleft: \n");
        }
    }

    private static async Task Live(Kubelet kubelet, MinicWorld world)
    {
        var runtime = kubelet.Runtime;
        var sandbox = await kubelet.RunPod("minic");
        var status = (await runtime.PodSandboxStatusAsync(new PodSandboxId { Id = sandbox })).Status;
        status.RuntimeHandler.Should().Be("minic");
        status.Network.Ip.Should().StartWith("10.77.0.");

        var web = await kubelet.Start(sandbox,
            Container("web", "mkdir -p /tmp; echo page > /tmp/index.html; exec httpd -f -p 80 -h /tmp"));
        var careful = Container("careful", "exec sleep 1000");
        careful.Linux.Resources = new LinuxContainerResources
        {
            MemoryLimitInBytes = 64 << 20,
            CpuPeriod = 100000,
            CpuQuota = 50000,
        };
        careful.Linux.SecurityContext.RunAsUser = new Int64Value { Value = 1000 };
        careful.Linux.SecurityContext.ReadonlyRootfs = careful.Linux.SecurityContext.NoNewPrivs = true;
        careful.Linux.SecurityContext.Seccomp = new SecurityProfile { ProfileType = Kind.RuntimeDefault };
        var box = await kubelet.Start(sandbox, careful);

        (await kubelet.Exec(box,
            "hostname; wget -qO- http://localhost/; id -u; touch /file 2>&1; grep -E '^(Seccomp|NoNewPrivs):' "
                + "/proc/1/status; exit 7"))
            .Should().Be("pod\npage\n1000\ntouch: /file: Read-only file system\nNoNewPrivs:\t1\nSeccomp:\t2\n7");
        (await runtime.ContainerStatsAsync(new ContainerId { Id = box })).Stats.Memory.WorkingSetBytes.Value.Should()
            .BePositive();
        await runtime.UpdateContainerResourcesAsync(new UpdateContainerResourcesRequest
        {
            ContainerId = box,
            Linux = new LinuxContainerResources { MemoryLimitInBytes = 32 << 20 },
        });
        world.Sh($"cat $(find /sys/fs/cgroup -path '*{box}/memory.limit_in_bytes' -o -path '*{box}/memory.max')").Output
            .Should().Be($"{32 << 20}\n");

        var brief = await kubelet.Start(sandbox, Container("brief", "echo said; exit 3"));
        (await kubelet.Ended(brief)).Should().Be(3);
        File.ReadAllText(Path.Combine(world.Temporary, "logs/brief")).Should().EndWith(" stdout F said\n");

        await runtime.StopContainerAsync(new StopContainerRequest { ContainerId = box, Timeout = 0 });
        (await kubelet.Ended(box)).Should().Be(137);
        foreach (var container in new[] { brief, box })
            await runtime.RemoveContainerAsync(new ContainerId { Id = container });
        // With the pod goes the container that still runs.
        await runtime.StopPodSandboxAsync(new PodSandboxId { Id = sandbox });
        (await kubelet.Ended(web)).Should().Be(137);
        await runtime.RemovePodSandboxAsync(new PodSandboxId { Id = sandbox });
    }

    private static PodSandboxConfig Pod(MinicWorld world) => new()
    {
        Metadata = new Metadata { Name = "pod", Uid = world.Name, Namespace = "default" },
        Hostname = "pod",
        LogDirectory = Path.Combine(world.Temporary, "logs"),
        Linux = new LinuxPodSandboxConfig
        {
            CgroupParent = $"/{world.Name}",
            SecurityContext = new SandboxSecurityContext
            {
                NamespaceOptions = new NamespaceOption { Pid = Mode.Container },
            },
        },
    };

    private static ContainerConfig Container(string name, string script) => new()
    {
        Metadata = new ContainerMetadata { Name = name },
        Image = new ImageSpec { Image = "localhost/busybox:latest" },
        Command = { "sh", "-c", script },
        LogPath = name,
        Linux = new LinuxContainerConfig
        {
            SecurityContext = new ContainerSecurityContext
            {
                NamespaceOptions = new NamespaceOption { Pid = Mode.Container },
            },
        },
    };

    [GeneratedRegex("```toml\nversion = 2\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Config();
}
