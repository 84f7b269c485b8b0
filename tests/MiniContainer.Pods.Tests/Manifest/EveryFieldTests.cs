// Every field that the reader takes is asked what it changes: the plan, what is published, the names that are asked,
// the time to end; or a warning with its place. A field that is read and never used makes somebody believe that it
// works.

using System.Text.RegularExpressions;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Pods.Lifecycle;
using MiniContainer.Pods.Manifest;
using MiniContainer.Pods.Planning;
using MiniContainer.Testing;

namespace MiniContainer.Pods.Tests.Manifest;

public partial class EveryFieldTests
{
    // A field, and the same pod without it (or with another value) and with it.
    private static readonly (string Field, string Without, string With)[] Fields =
    [
        ("metadata.name", Pod(), Pod(name: "other")),
        ("metadata.namespace", Pod(), Pod(meta: "namespace: shop")),
        ("metadata.annotations", Pod(), Pod(meta: "annotations: { a: b }")),
        ("metadata.annotations.minic/pids", Pod(), Pod(meta: "annotations: { minic/pids: \"7\" }")),
        ("spec.hostname", Pod(), Pod("hostname: box")),
        ("spec.hostNetwork", Pod(), Pod("hostNetwork: true")),
        ("spec.shareProcessNamespace", Pod(), Pod("shareProcessNamespace: true")),
        ("spec.hostAliases", Pod(), Pod("hostAliases: [{ ip: 203.0.113.7, hostnames: [api] }]")),
        ("spec.hostAliases.ip", Pod("hostAliases: [{ ip: 203.0.113.7, hostnames: [api] }]"),
            Pod("hostAliases: [{ ip: 203.0.113.8, hostnames: [api] }]")),
        ("spec.hostAliases.hostnames", Pod("hostAliases: [{ ip: 203.0.113.7, hostnames: [api] }]"),
            Pod("hostAliases: [{ ip: 203.0.113.7, hostnames: [api, b] }]")),
        ("spec.dnsPolicy", Pod(), Pod("dnsPolicy: Default")),
        ("spec.dnsConfig", Pod(), Pod("dnsConfig: { nameservers: [203.0.113.9] }")),
        ("spec.dnsConfig.nameservers", Pod("dnsConfig: {}"), Pod("dnsConfig: { nameservers: [203.0.113.9] }")),
        ("spec.dnsConfig.nameservers", Pod("dnsPolicy: None, dnsConfig: { nameservers: [203.0.113.8] }"),
            Pod("dnsPolicy: None, dnsConfig: { nameservers: [203.0.113.9] }")),
        ("spec.dnsConfig.nameservers", Pod("hostNetwork: true, dnsConfig: {}"),
            Pod("hostNetwork: true, dnsConfig: { nameservers: [203.0.113.9] }")),
        ("spec.dnsConfig.searches", Pod("dnsConfig: {}"), Pod("dnsConfig: { searches: [example] }")),
        ("spec.dnsConfig.options", Pod("dnsConfig: {}"),
            Pod("dnsConfig: { options: [{ name: ndots, value: \"2\" }] }")),
        ("spec.dnsConfig.options.name", Pod("dnsConfig: { options: [{ name: ndots }] }"),
            Pod("dnsConfig: { options: [{ name: edns0 }] }")),
        ("spec.dnsConfig.options.value", Pod("dnsConfig: { options: [{ name: ndots }] }"),
            Pod("dnsConfig: { options: [{ name: ndots, value: \"2\" }] }")),
        ("spec.restartPolicy", Pod(), Pod("restartPolicy: OnFailure")),
        ("spec.terminationGracePeriodSeconds", Pod(), Pod("terminationGracePeriodSeconds: 7")),
        ("spec.securityContext", Pod(), Pod("securityContext: { runAsUser: 7 }")),
        ("spec.securityContext.runAsUser", Pod(), Pod("securityContext: { runAsUser: 7 }")),
        ("spec.securityContext.runAsGroup", Pod(), Pod("securityContext: { runAsGroup: 7 }")),
        ("spec.securityContext.fsGroup", Pod("volumes: [{ name: v }]"),
            Pod("volumes: [{ name: v }], securityContext: { fsGroup: 7 }")),
        ("spec.securityContext.supplementalGroups", Pod(), Pod("securityContext: { supplementalGroups: [7] }")),
        ("spec.securityContext.sysctls", Pod(),
            Pod("securityContext: { sysctls: [{ name: net.core.somaxconn, value: \"7\" }] }")),
        ("spec.securityContext.sysctls.name",
            Pod("securityContext: { sysctls: [{ name: kernel.shmmni, value: \"7\" }] }"),
                Pod("securityContext: { sysctls: [{ name: kernel.msgmni, value: \"7\" }] }")),
        ("spec.securityContext.sysctls.value",
            Pod("securityContext: { sysctls: [{ name: kernel.shmmni, value: \"7\" }] }"),
                Pod("securityContext: { sysctls: [{ name: kernel.shmmni, value: \"8\" }] }")),
        ("spec.initContainers", Pod(), Pod("initContainers: [{ name: i, image: busybox, command: [sleep] }]")),
        ("spec.initContainers.ports", Pod("initContainers: [{ name: i, image: busybox, command: [sleep] }]"),
            Pod("initContainers: [{ name: i, image: busybox, command: [sleep], ports: [{ containerPort: 1, hostPort: "
                + "1 }] }]")),
        ("spec.containers", Pod(), Pod()
            .Replace("containers: [", "containers: [{ name: more, image: busybox, command: [sleep] }, ",
                StringComparison.Ordinal)),
        ("spec.containers.name", Pod(), Pod().Replace("name: c,", "name: d,", StringComparison.Ordinal)),
        ("spec.containers.image", Pod(), Pod().Replace("image: busybox", "image: other", StringComparison.Ordinal)),
        ("spec.containers.command", Pod(), Pod(container: "command: [sh]")),
        ("spec.containers.args", Pod(), Pod(container: "args: [sh]")),
        ("spec.containers.workingDir", Pod(), Pod(container: "workingDir: /tmp")),
        ("spec.containers.env", Pod(), Pod(container: "env: [{ name: A, value: b }]")),
        ("spec.containers.env.name", Pod(container: "env: [{ name: A, value: b }]"),
            Pod(container: "env: [{ name: B, value: b }]")),
        ("spec.containers.env.value", Pod(container: "env: [{ name: A }]"),
            Pod(container: "env: [{ name: A, value: b }]")),
        ("spec.containers.ports", Pod(), Pod(container: "ports: [{ containerPort: 80, hostPort: 80 }]")),
        ("spec.containers.ports.containerPort", Pod(container: "ports: [{ containerPort: 80, hostPort: 80 }]"),
            Pod(container: "ports: [{ containerPort: 81, hostPort: 80 }]")),
        ("spec.containers.ports.hostPort", Pod(container: "ports: [{ containerPort: 80 }]"),
            Pod(container: "ports: [{ containerPort: 80, hostPort: 80 }]")),
        ("spec.containers.ports.protocol", Pod(container: "ports: [{ containerPort: 80, hostPort: 80 }]"),
            Pod(container: "ports: [{ containerPort: 80, hostPort: 80, protocol: UDP }]")),
        ("spec.containers.ports.hostIP", Pod(container: "ports: [{ containerPort: 80, hostPort: 80 }]"),
            Pod(container: "ports: [{ containerPort: 80, hostPort: 80, hostIP: 127.0.0.1 }]")),
        ("spec.containers.volumeMounts", Pod(Volume),
            Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v }]")),
        ("spec.containers.volumeMounts.name", Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v }]"),
            Pod(Volume, container: "volumeMounts: [{ name: w, mountPath: /v }]")),
        ("spec.containers.volumeMounts.mountPath", Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v }]"),
            Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /w }]")),
        ("spec.containers.volumeMounts.readOnly", Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v }]"),
            Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v, readOnly: true }]")),
        ("spec.containers.volumeMounts.subPath", Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v }]"),
            Pod(Volume, container: "volumeMounts: [{ name: v, mountPath: /v, subPath: s }]")),
        ("spec.containers.securityContext", Pod(), Pod(container: "securityContext: { privileged: true }")),
        ("spec.containers.securityContext.runAsUser", Pod(), Pod(container: "securityContext: { runAsUser: 7 }")),
        ("spec.containers.securityContext.runAsGroup", Pod(), Pod(container: "securityContext: { runAsGroup: 7 }")),
        ("spec.containers.securityContext.privileged", Pod(), Pod(container: "securityContext: { privileged: true }")),
        ("spec.containers.securityContext.readOnlyRootFilesystem", Pod(),
            Pod(container: "securityContext: { readOnlyRootFilesystem: true }")),
        ("spec.containers.securityContext.allowPrivilegeEscalation", Pod(),
            Pod(container: "securityContext: { allowPrivilegeEscalation: false }")),
        ("spec.containers.securityContext.capabilities", Pod(),
            Pod(container: "securityContext: { capabilities: { drop: [ALL] } }")),
        ("spec.containers.securityContext.capabilities.add", Pod(),
            Pod(container: "securityContext: { capabilities: { add: [SYS_TIME] } }")),
        ("spec.containers.securityContext.capabilities.drop", Pod(),
            Pod(container: "securityContext: { capabilities: { drop: [KILL] } }")),
        ("spec.containers.resources", Pod(), Pod(container: "resources: { limits: { memory: 1Gi } }")),
        ("spec.containers.resources.limits", Pod(), Pod(container: "resources: { limits: { memory: 1Gi } }")),
        ("spec.containers.resources.limits.memory", Pod(), Pod(container: "resources: { limits: { memory: 1Gi } }")),
        ("spec.containers.resources.limits.cpu", Pod(), Pod(container: "resources: { limits: { cpu: 1 } }")),
        ("spec.containers.resources.requests", Pod(), Pod(container: "resources: { requests: { memory: 1Mi } }")),
        ("spec.containers.resources.requests.memory", Pod(),
            Pod(container: "resources: { requests: { memory: 1Mi } }")),
        ("spec.containers.resources.requests.cpu", Pod(), Pod(container: "resources: { requests: { cpu: 1 } }")),
        ("spec.containers.tty", Pod(), Pod(container: "tty: true")),
        ("spec.containers.stdin", Pod(), Pod(container: "stdin: true")),
        ("spec.volumes", Pod(), Pod(Volume)),
        ("spec.volumes.name", Pod("volumes: [{ name: v }]"), Pod("volumes: [{ name: w }]")),
        ("spec.volumes.emptyDir", Pod(Volume),
            Pod("volumes: [{ name: v, emptyDir: { medium: Memory } }, { name: w }]")),
        ("spec.volumes.emptyDir.medium", Pod(Volume),
            Pod("volumes: [{ name: v, emptyDir: { medium: Memory } }, { name: w }]")),
        ("spec.volumes.emptyDir.sizeLimit", Pod("volumes: [{ name: v, emptyDir: { medium: Memory } }]"),
            Pod("volumes: [{ name: v, emptyDir: { medium: Memory, sizeLimit: 1Mi } }]")),
        ("spec.volumes.hostPath", Pod(Volume, container: Mounted), Pod(Host("/srv"), container: Mounted)),
        ("spec.volumes.hostPath.path", Pod(Host("/srv"), container: Mounted), Pod(Host("/opt"), container: Mounted)),
        .. new[] { "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket", "CharDevice", "BlockDevice" }
            .Select(type =>
                ("spec.volumes.hostPath.type", Pod(Host("/srv"), container: Mounted),
                    Pod(Host("/srv", type), container: Mounted))),
    ];

    // Those that change nothing in Kubernetes either, but for objects that minic has none of.
    private static readonly string[] Informational = ["apiVersion", "kind", "metadata", "metadata.labels", "spec",
        "spec.containers.ports.name"];

    private const string Volume = "volumes: [{ name: v }, { name: w }]";
    private const string Mounted = "volumeMounts: [{ name: v, mountPath: /v }]";

    private static string Host(string path, string type = "") =>
        $"volumes: [{{ name: v, hostPath: {{ path: {path}, type: \"{type}\" }} }}]";

    private static string Pod(string spec = "", string container = "", string meta = "", string name = "p")
    {
        if (!container.Contains("command", StringComparison.Ordinal))
            container = $"command: [sleep]{And(container)}";
        return $"{{ apiVersion: v1, kind: Pod, metadata: {{ name: {name}{And(meta)} }}, spec: {{ "
            + $"containers: [{{ name: c, image: busybox{And(container)} }}]{And(spec)} }} }}";
    }

    private static string And(string more) => more.Length == 0 ? "" : ", " + more;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (var (field, without, with) in Fields)
            cases.Add(field, without, with);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_field_changes_what_is_made_or_is_warned_of(string field, string without, string with)
    {
        var warned = PodReader.Parse("pod.yaml", with).Warnings;
        var above = field[..field.LastIndexOf('.')].Replace("Containers", "Containers[0]", StringComparison.Ordinal)
            .Replace(".containers", ".containers[0]", StringComparison.Ordinal);
        var member = field[(field.LastIndexOf('.') + 1)..];
        if (warned.Any(w => w.Contains($": {above}.{member} has no effect", StringComparison.Ordinal)))
            return;
        EffectOf(with).Should().NotBe(EffectOf(without), field);
    }

    [Fact]
    public void No_field_that_is_read_is_forgotten_here()
    {
        var tried = Fields.Select(f => f.Field).Concat(Informational).ToHashSet();
        var read = Fields.SelectMany(f => PodReader.FieldsOf(f.With).Concat(PodReader.FieldsOf(f.Without)))
            .Select(field => Index().Replace(field, "")
                .Replace("initContainers", "containers", StringComparison.Ordinal))
            .Where(field => !field.StartsWith("metadata.labels.", StringComparison.Ordinal)
                && field != "metadata.annotations.a").Distinct();
        read.Should().BeSubsetOf(tried);
    }

    private static string EffectOf(string yaml)
    {
        var pod = PodReader.Parse("pod.yaml", yaml);
        var plan = new Plan();
        var setup = new PodSetup(pod, $"/run/minic/pods/{pod.Name}", new Dictionary<string, string>
        {
            ["busybox"] = "/images/busybox",
            ["other"] = "/images/other",
        });
        var facts = new Facts
        {
            Hierarchies = Machines.V2,
            Capabilities = (1UL << Capabilities.All.Count) - 1,
            IsDirectory = _ => false,
            Home = (_, _) => "/root",
        };
        PodPlanner.Add(plan, setup, new NetworkSteps([], []), facts);
        var dns = PodNetwork.DnsOf(pod, new Networking.Cni.Dns { Nameservers = ["192.0.2.53"] });
        // A kind is no argument of a call, and of a file a call shows the beginning.
        var files = string.Concat(plan.Steps.OfType<Plans.Steps.WriteFile>().Select(file => file.Content));
        return $"{PlanText.Of(plan)}{files}{string.Join('\n', plan.Steps.OfType<Plans.Steps.OpenVolume>())}{dns}"
            + $"{string.Join('\n', PodNetwork.PortsOf(pod))}{pod.TerminationGracePeriodSeconds}";
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
