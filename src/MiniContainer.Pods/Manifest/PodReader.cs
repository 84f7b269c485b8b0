// Reads a Pod from YAML: the file, the document, metadata and spec. All problems are told at once, each with line and
// column; minic refuses fields of Kubernetes that it cannot honour, so that no user believes them to work.
// Lab: 21-pod. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/

using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads Pod manifests.</summary>
public static class PodReader
{
    private const string Doing = "read the pod's manifest";
    private const int MaxBytes = 1024 * 1024;

    private static readonly Dictionary<string, string> Refused = new()
    {
        ["activeDeadlineSeconds"] = "deadlines", ["ephemeralContainers"] = "ephemeral containers",
        ["hostIPC"] = "sharing of the host's IPC namespace", ["hostPID"] = "sharing of the host's PID namespace",
        ["hostUsers"] = "user namespaces of pods", ["readinessGates"] = "readiness gates",
        ["resourceClaims"] = "resource claims",
        ["resources"] = "resources of whole pods", ["schedulingGates"] = "scheduling gates",
        ["subdomain"] = "subdomains",
        ["setHostnameAsFQDN"] = "subdomains", ["overhead"] = "overheads",
    };

    private static readonly Dictionary<string, string> Ignored = new(
        new[]
        {
            "affinity", "nodeName", "nodeSelector", "priority", "priorityClassName", "preemptionPolicy",
            "schedulerName", "tolerations",
            "topologySpreadConstraints", "runtimeClassName", "os",
        }.Select(name => KeyValuePair.Create(name, "minic runs pods on this host only"))
        .Concat(new[] { "serviceAccount", "serviceAccountName", "automountServiceAccountToken", "enableServiceLinks",
            "imagePullSecrets" }
            .Select(name => KeyValuePair.Create(name, "minic has no API server"))));

    private static readonly Dictionary<string, string> IgnoredMetadata = new(
        new[] { "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences",
            "finalizers", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds" }
            .Select(name => KeyValuePair.Create(name, "minic has no API server")));

    /// <summary>Reads and validates a file.</summary>
    /// <param name="path">A YAML file with one Pod.</param>
    /// <exception cref="MinicException">
    /// It cannot be read, or all that is wrong with it, with line and column.
    /// </exception>
    public static Pod Load(string path) => Parse(path, ReadFile(path));

    /// <summary>The text of a manifest's file; nothing of it is understood yet.</summary>
    /// <param name="path">A YAML file.</param>
    /// <exception cref="MinicException">It cannot be read.</exception>
    public static string ReadFile(string path) =>
        DocumentText.OfFile(Doing, path, "Name a YAML file with a Pod in it.", MaxBytes);

    /// <summary>The text of a manifest on standard input.</summary>
    /// <param name="stream">Standard input.</param>
    /// <exception cref="MinicException">It cannot be read.</exception>
    public static string ReadStream(Stream stream) => DocumentText.OfStream(Doing, "standard input", stream, MaxBytes);

    /// <summary>Reads and validates a text.</summary>
    /// <param name="file">What to call it in errors.</param>
    /// <param name="yaml">The manifest.</param>
    /// <exception cref="MinicException">All that is wrong with it, with line and column.</exception>
    public static Pod Parse(string file, string yaml)
    {
        var root = Document(file, yaml);
        var notes = new YamlNotes();
        var pod = ReadPod(new YamlMap(root, "", notes));
        if (notes.Problems.All.Count > 0)
        {
            throw notes.Problems.ToException(Doing, file, notes.Locate);
        }

        return pod with
        {
            Warnings = [.. notes.Ignored.OrderBy(field => notes.Locate(field.Path)?.Line)
                .Select(field => Warning(field.Path, field.Reason))],
        };

        string Warning(string path, string reason) => notes.Locate(path) is { } at
            ? $"{file}:{at.Line}:{at.Column}: {path} has no effect: {reason}"
            : $"{file}: {path} has no effect: {reason}";
    }

    /// <summary>
    /// The paths of the fields that are asked for while a manifest is read, for a test that each has an effect.
    /// </summary>
    /// <param name="yaml">A manifest.</param>
    public static IReadOnlyCollection<string> FieldsOf(string yaml)
    {
        var notes = new YamlNotes();
        _ = ReadPod(new YamlMap(Document("manifest", yaml), "", notes));
        return notes.Known;
    }

    private static YamlMappingNode Document(string file, string yaml)
    {
        var documents = YamlText.Documents(Doing, file, yaml);
        return documents.Count switch
        {
            0 => throw new MinicException(Doing, $"{file}: the file is empty", "Write a Pod in it."),
            1 when documents[0].RootNode is YamlMappingNode pod => pod,
            1 => throw new MinicException(Doing,
                $"{file}:{documents[0].RootNode.Start.Line}:{documents[0].RootNode.Start.Column}: this is no Pod",
                "A Pod begins with apiVersion: v1 and kind: Pod."),
            _ => throw new MinicException(Doing,
                $"{file}:{documents[1].RootNode.Start.Line}:{documents[1].RootNode.Start.Column}: a second document "
                    + "begins here",
                "Give each Pod a file of its own: minic takes one at a time."),
        };
    }

    private static Pod ReadPod(YamlMap root)
    {
        var kind = root.Required("kind", "Write kind: Pod.");
        var version = root.Required("apiVersion", "Write apiVersion: v1.");
        if (kind.Length > 0 && kind != "Pod")
        {
            root.Bad("kind", $"minic runs no {kind}",
                "Write a Pod: what a Deployment or Job has under spec.template is one.");
            return new Pod { Name = "", Hostname = "", Containers = [] };
        }

        if (version is not ("" or "v1"))
        {
            root.Bad("apiVersion", $"a Pod is not of {version}", "Write apiVersion: v1.");
        }

        var metadata = root.Map("metadata");
        var name = ManifestNames.Subdomain(metadata, "name");
        var annotations = metadata.Strings("annotations");
        var pod = ReadSpec(root, name) with
        {
            Name = name,
            Namespace = ReadNamespace(metadata,
                metadata.Text("namespace") is { Length: > 0 } space ? space : "default"),
            Labels = metadata.Strings("labels"),
            Annotations = annotations,
            Pids = ReadPids(metadata, annotations),
        };
        metadata.End(new Dictionary<string, string> { ["generateName"] = "generated names" }, IgnoredMetadata);
        root.End(ignored: new Dictionary<string, string> { ["status"] = "minic finds out for itself" });
        return pod;
    }

    private static string ReadNamespace(YamlMap metadata, string name)
    {
        if (name != "default")
            metadata.Warn("namespace", "minic knows pods by their names alone");
        return name;
    }

    private static long? ReadPids(YamlMap metadata, IReadOnlyDictionary<string, string> annotations)
    {
        if (!annotations.TryGetValue(Pod.PidsAnnotation, out var text))
        {
            return null;
        }

        if (long.TryParse(text, out var pids) && pids > 0)
        {
            return pids;
        }

        metadata.Bad($"annotations.{Pod.PidsAnnotation}", $"\"{text}\" is no number of tasks",
            "Write a positive number in quotes: \"20\".");
        return null;
    }

    private static Pod ReadSpec(YamlMap root, string name)
    {
        var spec = root.Map("spec");
        var security = SecurityReader.ReadPod(spec.Map("securityContext"));
        var volumes = VolumeReader.Read(spec);
        var pod = new Pod
        {
            Name = name,
            Hostname = spec.Text("hostname") is { Length: > 0 }
                ? ManifestNames.Label(spec, "hostname") : name[..Math.Min(name.Length, 63)].TrimEnd('-', '.'),
            HostNetwork = spec.Bool("hostNetwork") ?? false,
            ShareProcessNamespace = spec.Bool("shareProcessNamespace") ?? false,
            HostAliases = [.. spec.Maps("hostAliases").Select(ReadAlias)],
            DnsPolicy = spec.Choice("dnsPolicy", "ClusterFirst", "Default", "ClusterFirstWithHostNet", "None"),
            DnsConfig = ReadDns(spec),
            RestartPolicy = spec.Choice("restartPolicy", "Always", "OnFailure", "Never"),
            TerminationGracePeriodSeconds = spec.Number("terminationGracePeriodSeconds", 0, int.MaxValue) ?? 30,
            SecurityContext = security,
            Volumes = volumes,
            InitContainers = [.. spec.Maps("initContainers")
                .Select(map => ContainerReader.Read(map, security, volumes, isInit: true))],
            Containers = [.. spec.Maps("containers").Select(map => ContainerReader.Read(map, security, volumes))],
        };
        CheckContainers(spec, pod);
        CheckHostNetwork(spec, pod);
        if (spec.Has("restartPolicy") && pod.RestartPolicy != "Never")
            spec.Warn("restartPolicy", "minic starts no container again");
        spec.End(Refused, Ignored);
        return pod;
    }

    private static void CheckContainers(YamlMap spec, Pod pod)
    {
        if (pod.Containers.Count == 0)
        {
            spec.Bad("containers", "the pod has no container", "Add one: - name: web, image: busybox.");
        }

        if (pod.DnsPolicy == "None" && pod.DnsConfig?.Nameservers is not { Count: > 0 })
        {
            spec.Bad("dnsPolicy", "None leaves the pod without a name server", "Add dnsConfig.nameservers.");
        }

        var all = pod.InitContainers.Select((c, i) => (Path: $"initContainers[{i}]", Container: c))
            .Concat(pod.Containers.Select((c, i) => (Path: $"containers[{i}]", Container: c))).ToList();
        foreach (var twice in all.GroupBy(item => item.Container.Name)
            .Where(group => group.Key.Length > 0 && group.Count() > 1))
        {
            spec.Bad($"{twice.Last().Path}.name", $"two containers are called {twice.Key}",
                "Give each a name of its own.");
        }

        var ports =
            all.SelectMany(item =>
                item.Container.Ports.Select((port, i) => (Path: $"{item.Path}.ports[{i}]", Port: port)))
            .Where(item => item.Port.HostPort is not null);
        foreach (var twice in ports.GroupBy(item => (item.Port.HostPort, item.Port.Protocol, item.Port.HostIp))
            .Where(group => group.Count() > 1))
        {
            spec.Bad($"{twice.Last().Path}.hostPort", $"two containers want port {twice.Key.HostPort} of the host",
                "Choose another one.");
        }
    }

    // With the host's network the pod has its names, and its ports are the host's as they are.
    private static void CheckHostNetwork(YamlMap spec, Pod pod)
    {
        if (!pod.HostNetwork)
        {
            return;
        }

        if (spec.Has("hostname"))
        {
            spec.Warn("hostname", "with hostNetwork, containers have the host's name");
        }

        foreach (var (container, i) in pod.Containers.Select((container, i) => (container, i)))
        {
            foreach (var (port, j) in container.Ports.Select((port, j) => (port, j))
                .Where(item => item.port.HostPort is { } host && host != item.port.Number))
            {
                spec.Bad($"containers[{i}].ports[{j}].hostPort",
                    "with hostNetwork, a port of the host is the container's own",
                    $"Write hostPort: {port.Number}, or remove it.");
            }
        }

        foreach (var (name, i) in pod.SecurityContext.Sysctls.Keys.Select((name, i) => (name, i))
            .Where(item => item.name.Replace('/', '.').StartsWith("net.", StringComparison.Ordinal)))
        {
            spec.Bad($"securityContext.sysctls[{i}].name", $"with hostNetwork, {name} is the host's",
                "Remove it, or hostNetwork.");
        }
    }

    private static HostAlias ReadAlias(YamlMap map)
    {
        var alias = new HostAlias(map.Required("ip", "Write an address."), map.Texts("hostnames"));
        if (alias.Ip.Length > 0 && !System.Net.IPAddress.TryParse(alias.Ip, out _))
        {
            map.Bad("ip", $"\"{alias.Ip}\" is no address", "Write it like 203.0.113.7 or 2001:db8::7.");
        }

        map.End();
        return alias;
    }

    private static Dns? ReadDns(YamlMap spec)
    {
        if (!spec.Has("dnsConfig"))
        {
            return null;
        }

        var map = spec.Map("dnsConfig");
        var options = map.Maps("options").Select(option =>
        {
            var (name, value) = (option.Required("name", "Write an option of resolv.conf(5)."), option.Text("value"));
            option.End();
            return value is null ? name : $"{name}:{value}";
        }).ToList();
        var dns = new Dns { Nameservers = map.Texts("nameservers"), Search = map.Texts("searches"), Options = options };
        map.End();
        return dns;
    }
}
