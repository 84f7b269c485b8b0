// A container of a pod: its image, command, environment, ports, limits and mounts.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container   Lab: 21-pod.

using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Networking;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads spec.containers and spec.initContainers.</summary>
internal static class ContainerReader
{
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["livenessProbe"] = "probes", ["readinessProbe"] = "probes", ["startupProbe"] = "probes",
        ["lifecycle"] = "lifecycle hooks",
        ["envFrom"] = "config maps and secrets", ["volumeDevices"] = "block volumes", ["resizePolicy"] = "resizing",
        ["restartPolicy"] = "restart policies of single containers",
    };

    private static readonly Dictionary<string, string> Ignored = new()
    {
        ["imagePullPolicy"] = "minic pulls no images",
        ["terminationMessagePath"] = "minic keeps no termination messages",
        ["terminationMessagePolicy"] = "minic keeps no termination messages",
        ["stdinOnce"] = "stdin closes with its one client",
    };

    public static Container Read(YamlMap map, PodSecurityContext pod, IReadOnlyList<Volume> volumes,
        bool isInit = false)
    {
        var env = ReadEnv(map);
        var container = new Container
        {
            Name = ManifestNames.Label(map, "name"),
            Image = map.Required("image", "Name a built root file system, or the path of one."),
            Command = ExpandAll(map, "command", env),
            Args = ExpandAll(map, "args", env),
            WorkingDir = NotEmpty(map, "workingDir"),
            Env = [.. env.Select(variable => $"{variable.Key}={variable.Value}")],
            Ports = [.. map.Maps("ports").Select(ReadPort)],
            VolumeMounts = ReadMounts(map, volumes),
            SecurityContext = SecurityReader.ReadContainer(map.Map("securityContext"), pod),
            Tty = map.Bool("tty") ?? false,
            Stdin = map.Bool("stdin") ?? false,
        };
        if (container.WorkingDir is { Length: > 0 } cwd && cwd[0] != '/')
        {
            map.Bad("workingDir", $"\"{cwd}\" is not absolute", "Begin the path with a slash.");
        }

        if (container.Tty)
            map.Warn("tty", "no terminal is there while nobody looks: minic pod exec -t gives one");
        if (container.Stdin)
            map.Warn("stdin", "containers of a pod read from /dev/null");
        if (isInit && container.Ports.Any(port => port.HostPort is not null))
            map.Warn("ports", "an init container has ended before its ports could be published");
        container = ReadResources(container, map.Map("resources"));
        map.End(Refused, Ignored);
        return container;
    }

    // In order, since a variable may refer to those above it; a name given again replaces the older value.
    private static OrderedDictionary<string, string> ReadEnv(YamlMap map)
    {
        var env = new OrderedDictionary<string, string>();
        foreach (var entry in map.Maps("env"))
        {
            var name = entry.Required("name", "Write the variable's name.");
            if (name.Contains('=', StringComparison.Ordinal) || name.Any(char.IsControl))
            {
                entry.Bad("name", $"\"{name}\" is no variable's name", "Use letters, digits, '_', '-' and '.'.");
            }

            env[name] = Expand(entry, "value", entry.Text("value") ?? "", env);
            entry.End(new Dictionary<string, string> { ["valueFrom"] = "config maps, secrets and field references" });
        }

        return env;
    }

    private static List<string> ExpandAll(YamlMap map, string field, IReadOnlyDictionary<string, string> env) =>
        [.. map.Texts(field).Select((text, i) => Expand(map, $"{field}[{i}]", text, env))];

    private static string Expand(YamlMap map, string field, string text, IReadOnlyDictionary<string, string> env)
    {
        if (Expansion.Expand(text, env) is { } expanded)
        {
            return expanded;
        }

        map.Bad(field, $"with its variables it is longer than {Expansion.MaxLength} characters",
            "No program takes a longer string: see execve(2), MAX_ARG_STRLEN.");
        return "";
    }

    // An empty string is how Go writes what is not set.
    private static string? NotEmpty(YamlMap map, string field) => map.Text(field) is { Length: > 0 } text ? text : null;

    private static ContainerPort ReadPort(YamlMap map)
    {
        var number = map.Number("containerPort", 1, 65535);
        if (number is null && !map.Has("containerPort"))
        {
            map.Notes.Problems.Add(map.Path, "the required field \"containerPort\" is missing",
                "Write the port that the program listens on.");
        }

        var port = new ContainerPort((int)(number ?? 0),
            map.Number("hostPort", 0, 65535) is > 0 and var host ? (int)host : null,
            map.Choice("protocol", "TCP", "UDP", "SCTP"), NotEmpty(map, "hostIP"), NotEmpty(map, "name"));
        if (port.HostIp is { Length: > 0 } address && HostIp.Problem(address) is { } problem)
        {
            map.Bad("hostIP", problem, HostIp.Hint);
        }

        if (port.Name is { } name
            && (name.Length is 0 or > 15
                || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
                || !name.Any(char.IsAsciiLetter)))
        {
            map.Bad("name", $"\"{name}\" is no port's name",
                "Use up to 15 lower-case letters, digits and '-', a letter among them.");
        }

        map.End();
        return port;
    }

    private static Container ReadResources(Container container, YamlMap resources)
    {
        var (limits, requests) = (resources.Map("limits"), resources.Map("requests"));
        var read = container with
        {
            MemoryLimit = Bytes(limits),
            MemoryRequest = Bytes(requests),
            CpuLimit = Cpu(limits),
            CpuRequest = Cpu(requests),
        };
        if (read.MemoryRequest > read.MemoryLimit)
        {
            requests.Bad("memory", "more is requested than the limit allows", "Raise the limit, or lower the request.");
        }

        if (read.CpuRequest?.Millis > read.CpuLimit?.Millis)
        {
            requests.Bad("cpu", "more is requested than the limit allows", "Raise the limit, or lower the request.");
        }

        var refused = new Dictionary<string, string>
        {
            ["ephemeral-storage"] = "limits of storage",
            ["hugepages-2Mi"] = "limits of huge pages",
            ["hugepages-1Gi"] = "limits of huge pages",
        };
        limits.End(refused);
        requests.End(refused);
        resources.End(new Dictionary<string, string> { ["claims"] = "resource claims" });
        return read;
    }

    // Rounded up: a limit of half a byte is one byte, and of a thousandth of a thousandth one thousandth.
    private static long? Bytes(YamlMap map) =>
        Quantity.Read(map, "memory") is { } amount ? (long)Math.Ceiling(amount) : null;

    private static CpuQuantity? Cpu(YamlMap map)
    {
        var amount = Quantity.Read(map, "cpu");
        if (amount > 1_000_000)
        {
            map.Bad("cpu", $"{amount} CPUs are more than any machine has", "Thousandths are written 500m.");
            return null;
        }

        return amount is { } cpus ? new CpuQuantity((long)Math.Ceiling(cpus * 1000)) : null;
    }

    private static VolumeMount[] ReadMounts(YamlMap map, IReadOnlyList<Volume> volumes)
    {
        var seen = new HashSet<string>();
        return [.. map.Maps("volumeMounts").Select(entry => ReadMount(entry, volumes, seen))];
    }

    private static VolumeMount ReadMount(YamlMap entry, IReadOnlyList<Volume> volumes, HashSet<string> seen)
    {
        var mount = new VolumeMount(
            entry.Required("name", "Name one of spec.volumes."),
            entry.Required("mountPath", "Name a path in the container."),
            entry.Bool("readOnly") ?? false, NotEmpty(entry, "subPath"));
        if (mount.Name.Length > 0 && volumes.All(volume => volume.Name != mount.Name))
        {
            entry.Bad("name", $"there is no volume {mount.Name}",
                Documents.NearestName.Ask(mount.Name, volumes.Select(volume => volume.Name),
                    "Add it to spec.volumes."));
        }

        if (mount.MountPath.Length > 0 && mount.MountPath[0] != '/')
        {
            entry.Bad("mountPath", $"\"{mount.MountPath}\" is not absolute", "Begin the path with a slash.");
        }
        else if (mount.MountPath.Length > 0 && !seen.Add(mount.MountPath))
        {
            entry.Bad("mountPath", $"two volumes are mounted on {mount.MountPath}", "Choose another path.");
        }

        if (mount.SubPath is { } sub && (sub.StartsWith('/') || sub.Split('/').Contains("..")))
        {
            entry.Bad("subPath", $"\"{sub}\" leads out of the volume", "Write a path below it, without \"..\".");
        }

        entry.End(new Dictionary<string, string>
        {
            ["mountPropagation"] = "choice of mount propagation", ["subPathExpr"] = "expansion in subPath",
            ["recursiveReadOnly"] = "choice of recursiveReadOnly",
        });
        return mount;
    }
}
