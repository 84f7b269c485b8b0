// The bundles and manifests of the plans under test.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Promise.Tests;

internal static class Inputs
{
    /// <summary>Writes them into a world's directory.</summary>
    public static void Write(World world)
    {
        var rootfs = world.Do("echo $ROOTFS").Trim();
        Bundle(world, "plain", DefaultSpec.Create(rootfs, ["sleep", "1000"], "box"));
        File.WriteAllText($"{world.Temporary}/app.conf", "x");
        Directory.CreateDirectory($"{world.Temporary}/data");
        world.Do(
            "ip link add given address 02:00:00:00:00:01 type veth peer name kept address 02:00:00:00:00:02 && ip "
                + "address add 192.0.2.1/24 dev given");
        Bundle(world, "everything", Everything(world, rootfs));
        Pod(world, "two", "", """
            - { name: one, image: ROOTFS, command: [httpd, -f, -h, /data], volumeMounts: [{ name: data, mountPath: /data }], resources: { limits: { memory: 64Mi, cpu: 500m } } }
            - { name: two, image: ROOTFS, command: [sleep, "1000"], securityContext: { runAsUser: 1000, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } } }
            """);
        Pod(world, "port", "",
            """- { name: web, image: ROOTFS, command: [httpd, -f, -h, /data], volumeMounts: [{ name: data, mountPath: /data }], ports: [{ containerPort: 80, hostPort: 8080 }] }""");
        Pod(world, "other", "", """- { name: web, image: ROOTFS, command: [sleep, "1000"] }""");
    }

    /// <summary>
    /// Writes a manifest NAME.yaml of a pod NAME$N with some containers; ROOTFS in them is the image.
    /// </summary>
    public static void Pod(World world, string name, string extra, string containers)
    {
        var text = $"""
            apiVersion: v1
            kind: Pod
            metadata: POD
            spec:
              terminationGracePeriodSeconds: 0
              volumes: [VOLUME]
            {extra}
              containers:
            {string.Join('\n', containers.Split('\n').Select(l => "    " + l))}
            """;
        text = text.Replace("POD", "{ name: " + name + world.Name + " }", StringComparison.Ordinal)
            .Replace("VOLUME", "{ name: data, emptyDir: {} }", StringComparison.Ordinal)
            .Replace("ROOTFS", world.Do("echo $ROOTFS").Trim(), StringComparison.Ordinal);
        File.WriteAllText($"{world.Temporary}/{name}.yaml", text);
    }

    private static void Bundle(World world, string name, Spec spec)
    {
        Directory.CreateDirectory($"{world.Temporary}/{name}");
        File.WriteAllText($"{world.Temporary}/{name}/config.json", SpecJson.Write(spec));
    }

    // Everything but a user namespace, of which the root file system would have to be made for.
    private static Spec Everything(World world, string rootfs)
    {
        var spec = DefaultSpec.Create(rootfs, ["sleep", "1000"], "box");
        List<Hook> hook = [new Hook { Path = "/bin/true" }];
        return spec with
        {
            Domainname = "example.org",
            Root = new Root { Path = rootfs, Readonly = true },
            Process = spec.Process! with
            {
                Cwd = "/tmp",
                User = new User { Uid = 1000, Gid = 100, Umask = 0x3f, AdditionalGids = [5, 6] },
                Rlimits = [new Rlimit("RLIMIT_NOFILE", 2048, 1024)],
                OomScoreAdj = 100,
                NoNewPrivileges = true,
                IoPriority = new IoPriority("IOPRIO_CLASS_BE", 4),
                Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 },
                Capabilities = new()
                {
                    Bounding = ["CAP_KILL", "CAP_CHOWN"],
                    Effective = ["CAP_KILL"],
                    Permitted = ["CAP_KILL"],
                    Inheritable = ["CAP_KILL"],
                    Ambient = ["CAP_KILL"],
                },
            },
            Hooks = new Hooks
            {
                CreateRuntime = hook,
                CreateContainer = hook,
                StartContainer = hook,
                Poststart = hook,
                Poststop = hook,
            },
            Mounts =
            [
                .. spec.Mounts!,
                new() { Destination = "/mnt", Source = $"{world.Temporary}/data", Type = "bind",
                    Options = ["rbind", "ro", "nosuid", "rprivate"] },
                new() { Destination = "/srv", Source = $"{world.Temporary}/data", Type = "bind", Options = ["bind"],
                    UidMappings = [new(0, 1000, 10)], GidMappings = [new(0, 1000, 10)] },
                new() { Destination = "/var", Source = "tmpfs", Type = "tmpfs", Options = ["tmpcopyup"] },
                new() { Destination = "/etc/app.conf", Source = $"{world.Temporary}/app.conf", Type = "bind",
                    Options = ["bind"] },
            ],
            Linux = spec.Linux! with
            {
                Namespaces = [.. spec.Linux!.Namespaces!, new("time")],
                TimeOffsets = new Dictionary<string, LinuxTimeOffset> { ["boottime"] = new(86400) },
                NetDevices = new Dictionary<string, LinuxNetDevice> { ["given"] = new("net0") },
                MemoryPolicy = new LinuxMemoryPolicy("MPOL_PREFERRED", "0"),
                Sysctl = new Dictionary<string, string> { ["kernel.shmmax"] = "65536" },
                Devices = [new LinuxDevice
                {
                    Path = "/dev/fuse",
                    Type = "c",
                    Major = 10,
                    Minor = 229,
                    FileMode = 0x1b6,
                    Uid = 0,
                    Gid = 0,
                }],
                Seccomp = new LinuxSeccomp
                {
                    DefaultAction = "SCMP_ACT_ALLOW",
                    Syscalls = [new() { Names = ["chmod"], Action = "SCMP_ACT_ERRNO" }],
                },
                Resources = spec.Linux.Resources! with
                {
                    Memory = new LinuxMemory { Limit = 104857600, Reservation = 52428800 },
                    Pids = new LinuxPids(20),
                    Cpu = new LinuxCpu { Quota = 50000, Period = 100000, Shares = 512 },
                },
            },
        };
    }
}
