// Pod manifests: a full one, the defaults, warnings; and Golden/bad-pods.txt, the messages for those that cannot be, to
// be read and judged as prose.

using System.Text;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;
using MiniContainer.Pods.Manifest;
using MiniContainer.Testing;

namespace MiniContainer.Pods.Tests.Manifest;

public class PodReaderTests
{
    private const string Full = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web.shop
          namespace: shop
          labels: { app: web, tier: "1" }
          annotations:
            minic/pids: "20"
        spec:
          hostname: web
          shareProcessNamespace: true
          hostAliases:
          - ip: 203.0.113.7
            hostnames: [api, api.example]
          dnsPolicy: None
          dnsConfig:
            nameservers: [203.0.113.53]
            searches: [example]
            options: [{ name: ndots, value: "2" }, { name: edns0 }]
          restartPolicy: OnFailure
          terminationGracePeriodSeconds: 5
          nodeSelector: { disk: ssd }
          securityContext:
            runAsUser: 1000
            fsGroup: 2000
            sysctls: [{ name: net.core.somaxconn, value: "256" }]
          initContainers:
          - name: wait
            image: busybox
            command: [sleep, "1"]
          containers:
          - name: web
            image: busybox
            imagePullPolicy: Always
            command: ["httpd", "-p", "$(PORT)"]
            args: ["$(GREETING)", "$$(PORT)", "$(UNKNOWN)"]
            workingDir: /www
            env:
            - name: PORT
              value: "8080"
            - name: GREETING
              value: hello on $(PORT)
            - { name: EMPTY }
            ports:
            - { name: http, containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1 }
            - { containerPort: 53, protocol: UDP }
            resources:
              limits: { memory: 100Mi, cpu: 500m }
              requests: { memory: 64M, cpu: 0.25 }
            volumeMounts:
            - { name: pages, mountPath: /www, readOnly: true }
            - { name: tmp, mountPath: /tmp, subPath: web }
            securityContext:
              runAsUser: 0
              readOnlyRootFilesystem: true
              allowPrivilegeEscalation: false
              capabilities: { add: [NET_ADMIN], drop: [ALL] }
            tty: true
            stdin: true
          volumes:
          - name: pages
            hostPath: { path: /srv/www, type: Directory }
          - name: tmp
            emptyDir: { medium: Memory, sizeLimit: 1Mi }
        """;

    private static readonly (string What, string Yaml)[] Bad =
    [
        ("an empty file", "# nothing\n"),
        ("malformed", "kind: Pod\n  name: x\n"),
        ("a tab", "kind: Pod\nmetadata:\n\tname: x\n"),
        ("a list without an end", "kind: [Pod\n"),
        ("a list without an end that the parser stumbles over", "kind: [Pod\nmetadata: x\n"),
        ("a field twice", "kind: Pod\nkind: Pod\n"),
        ("not a mapping", "- kind: Pod\n"),
        ("another kind", "apiVersion: apps/v1\nkind: Deployment\nspec: {}\n"),
        ("a wrong version", Pod("- { name: a, image: b }").Replace("apiVersion: v1", "apiVersion: v2")),
        ("two documents", Pod("- { name: a, image: b }") + "\n---\nkind: Service\n"),
        ("nothing but a kind", "kind: Pod\n"),
        ("no container", Pod("[]")),
        ("a container without anything", Pod("- {}")),
        ("a probe and a typo",
            Pod("- name: a\n    image: b\n    livenessProbe: { httpGet: { port: 80 } }\n    volumeMount: []\n    "
                + "comand: [sh]")),
        ("names", Pod("- { name: My_Web, image: b }", name: "Shop.", spec: "hostname: a.b")),
        ("a long name", Pod("- { name: " + new string('a', 64) + ", image: b }")),
        ("a name twice", Pod("- { name: a, image: b }\n  - { name: a, image: c }")),
        ("numbers for strings",
            Pod("- name: a\n    image: b\n    args: [1, yes, 1.5, 0x10]\n    env: [{ name: PORT, value: 8080 }, { "
                + "name: ON, value: on }]")),
        ("strings for numbers",
            Pod("- name: a\n    image: b\n    tty: yes\n    ports: [{ containerPort: \"80\" }, { containerPort: 70000 "
                + "}, {}]")),
        ("a command that is no list", Pod("- { name: a, image: b, command: sleep 1 }")),
        ("ports",
            Pod("- name: a\n    image: b\n    ports: [{ containerPort: 1, protocol: tcp }, { containerPort: 2, name: "
                + "My-Port, hostIP: host }]")),
        ("a host port twice",
            Pod("- { name: a, image: b, ports: [{ containerPort: 1, hostPort: 80 }] }\n  - { name: c, image: b, "
                + "ports: [{ containerPort: 2, hostPort: 80 }] }")),
        ("quantities",
            Pod("- name: a\n    image: b\n    resources:\n      limits: { memory: 100mb, cpu: -1, ephemeral-storage: "
                + "1Gi }\n      requests: { memory: 0, gpu: 1 }")),
        ("more requested than allowed",
            Pod("- { name: a, image: b, resources: { limits: { memory: 1Mi, cpu: 1 }, requests: { memory: 2Mi, cpu: 2 "
                + "} } }")),
        ("mounts",
            Pod("- name: a\n    image: b\n    workingDir: tmp\n    volumeMounts:\n    - { name: dta, mountPath: data "
                + "}\n    - { name: data, mountPath: /a, subPath: ../x }\n    - { name: data, mountPath: /a }",
                spec: "volumes: [{ name: data }]")),
        ("volumes",
            Pod("- { name: a, image: b }",
                spec: "volumes: [{ name: v, configMap: { name: c } }, { name: v, hostPath: { path: srv, type: Dir } "
                    + "}, { name: w, emptyDir: { sizeLimit: big } }, { name: x, hostPath: { path: /x }, emptyDir: {} "
                    + "}]")),
        ("ids that mean none",
            Pod("- name: a\n    image: b\n    securityContext: { runAsUser: 4294967295, runAsGroup: 4294967295 }",
            spec: "securityContext: { runAsUser: 4294967295, runAsGroup: -1, fsGroup: 4294967296, supplementalGroups: "
                + "[5, 4294967295, -1] }")),
        ("privileges",
            Pod("- name: a\n    image: b\n    securityContext: { privileged: true, allowPrivilegeEscalation: false, "
                + "runAsUser: -1, runAsNonRoot: true, capabilities: { add: [NET_ADMN, CAP_KILL] } }")),
        ("secrets in the environment",
            Pod("- name: a\n    image: b\n    envFrom: [{ secretRef: { name: s } }]\n    env: [{ name: A, valueFrom: "
                + "{ fieldRef: { fieldPath: metadata.name } } }, { name: B=C }]")),
        ("pod fields",
            Pod("- { name: a, image: b }",
                spec: "restartPolicy: Sometimes\n  hostPID: true\n  hostnetwork: true\n  dnsPolicy: None\n  "
                    + "hostAliases: [{ ip: here }]\n  terminationGracePeriodSeconds: 30s")),
        ("pids", Pod("- { name: a, image: b }").Replace("name: p", "name: p\n  annotations: { minic/pids: \"many\" }")),
    ];

    [Fact]
    public void Every_bad_pod_is_refused_in_words_worth_reading()
    {
        var text = new StringBuilder();
        foreach (var (what, yaml) in Bad)
        {
            var message = FluentActions.Invoking(() => PodReader.Parse("pod.yaml", yaml)).Should()
                .Throw<MinicException>(what).Which.Message;
            text.Append("# ").Append(what).Append('\n').Append(message).Append('\n');
        }

        text.Append(FluentActions.Invoking(() => PodReader.Load("/nowhere.yaml")).Should()
            .Throw<MinicException>().Which.Message);
        Golden.Check(text.Append('\n').ToString(), "bad-pods.txt");
    }

    [Fact]
    public void A_full_pod_is_read_whole()
    {
        var pod = PodReader.Parse("pod.yaml", Full);
        pod.Should().BeEquivalentTo(new
        {
            Name = "web.shop", Namespace = "shop", Hostname = "web", ShareProcessNamespace = true, HostNetwork = false,
            DnsPolicy = "None", RestartPolicy = "OnFailure", TerminationGracePeriodSeconds = 5L, Pids = 20L,
            Labels = new Dictionary<string, string> { ["app"] = "web", ["tier"] = "1" },
            HostAliases = new[] { new HostAlias("203.0.113.7", ["api", "api.example"]) },
        });
        pod.DnsConfig.Should()
            .BeEquivalentTo(
                new { Nameservers = new[] { "203.0.113.53" }, Search = new[] { "example" },
                    Options = new[] { "ndots:2", "edns0" } });
        pod.SecurityContext.Should()
            .BeEquivalentTo(
                new { RunAsUser = 1000u, FsGroup = 2000u, Sysctls = new Dictionary<string, string>
                {
                    ["net.core.somaxconn"] = "256",
                } });
        pod.Volumes.Should().Equal(
            new Volume("pages", "/srv/www", "Directory", false, null), new Volume("tmp", null, "", true, 1 << 20));
        pod.InitContainers.Should().ContainSingle().Which.SecurityContext.RunAsUser.Should()
            .Be(1000, "the pod's holds where the container has none");
    }

    [Fact]
    public void A_full_container_is_read_whole()
    {
        var web = PodReader.Parse("pod.yaml", Full).Containers.Single();
        web.Command.Should().Equal("httpd", "-p", "8080");
        web.Args.Should().Equal("hello on 8080", "$(PORT)", "$(UNKNOWN)");
        web.Env.Should().Equal("PORT=8080", "GREETING=hello on 8080", "EMPTY=");
        web.Ports.Should()
            .Equal(new ContainerPort(8080, 80, "TCP", "127.0.0.1", "http"),
                new ContainerPort(53, null, "UDP", null, null));
        web.VolumeMounts.Should()
            .Equal(new VolumeMount("pages", "/www", true, null), new VolumeMount("tmp", "/tmp", false, "web"));
        web.Should().BeEquivalentTo(new
        {
            Name = "web", Image = "busybox", WorkingDir = "/www", MemoryLimit = 100L << 20, MemoryRequest = 64_000_000L,
            CpuLimit = new CpuQuantity(500), CpuRequest = new CpuQuantity(250), Tty = true, Stdin = true,
            SecurityContext = new
            {
                RunAsUser = 0u, ReadOnlyRootFilesystem = true, AllowPrivilegeEscalation = false, Privileged = false,
                AddCapabilities = new[] { "CAP_NET_ADMIN" }, DropCapabilities = new[] { "ALL" },
            },
        });
    }

    [Fact]
    public void What_has_no_effect_is_warned_of_with_its_place() =>
    PodReader.Parse("pod.yaml", Full).Warnings.Should().Equal(
        "pod.yaml:5:3: metadata.namespace has no effect: minic knows pods by their names alone",
        "pod.yaml:20:3: spec.restartPolicy has no effect: minic starts no container again",
        "pod.yaml:22:3: spec.nodeSelector has no effect: minic runs pods on this host only",
        "pod.yaml:34:5: spec.containers[0].imagePullPolicy has no effect: minic pulls no images",
        "pod.yaml:58:5: spec.containers[0].tty has no effect: no terminal is there while nobody looks: minic pod exec "
            + "-t gives one",
        "pod.yaml:59:5: spec.containers[0].stdin has no effect: containers of a pod read from /dev/null");

    [Fact]
    public void Merge_keys_give_a_mapping_the_fields_of_others_that_it_lacks()
    {
        var pod = PodReader.Parse("pod.yaml", """
            apiVersion: v1
            kind: Pod
            metadata: { name: p }
            spec:
              containers:
              - &base
                name: a
                image: busybox
                command: [sleep, "1"]
                env: &env [{ name: A, value: b }]
                resources: { limits: &limits { memory: 1Mi, cpu: 1 } }
              - <<: *base
                name: b
              - <<: [{ image: first }, *base, { tty: true }]
                name: c
                resources: { limits: { <<: *limits, cpu: 2 } }
            """);
        pod.Containers.Select(c => (c.Name, c.Image, c.Env.Single(), c.MemoryLimit, c.CpuLimit!.Value.Millis, c.Tty))
            .Should().Equal(
            ("a", "busybox", "A=b", 1 << 20, 1000, false), ("b", "busybox", "A=b", 1 << 20, 1000, false),
            ("c", "first", "A=b", 1 << 20, 2000, true));
    }

    [Theory]
    [InlineData("a tab in the fourth line", "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n", "pod.yaml:4:1: ")]
    [InlineData("a tab after blanks", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  labels:\n  \ta: b\n",
        "pod.yaml:6:3: ")]
    [InlineData("a merge of a word", "apiVersion: v1\nkind: Pod\nmetadata:\n  <<: x\n  name: p\n",
        "metadata.<<: expected fields to merge")]
    [InlineData("an anchor that is nowhere", "apiVersion: v1\nkind: Pod\nmetadata: *x\n", "pod.yaml:3:")]
    [InlineData("a quote that is not closed", "apiVersion: v1\nkind: \"Pod\nmetadata: {}\n", "pod.yaml:2:")]
    public void What_is_malformed_is_told_with_its_place(string what, string yaml, string place) =>
        FluentActions.Invoking(() => PodReader.Parse("pod.yaml", yaml)).Should().Throw<MinicException>(what)
            .WithMessage($"*{place}*");

    [Theory]
    [InlineData("# a comment\n---\n# another\n")]
    [InlineData("%YAML 1.1\n---\n")]
    [InlineData("\ufeff")]
    [InlineData("---\n---\n")]
    public void What_kubectl_takes_before_a_pod_is_taken(string before) =>
        PodReader.Parse("pod.yaml", before + Pod("- { name: a, image: b }") + "\n...\n").Name.Should().Be("p");

    [Fact]
    public void A_manifest_may_be_json_with_tabs_and_have_the_line_ends_of_windows()
    {
        PodReader.Parse("pod.json",
            "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"metadata\": {\n\t\t\"name\": "
                + "\"p\"\n\t},\n\t\"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"b\"}]}\n}\n").Name.Should()
                    .Be("p");
        PodReader.Parse("pod.yaml", Pod("- { name: a, image: b }").Replace("\n", "\r\n", StringComparison.Ordinal)).Name
            .Should().Be("p");
    }

    [Fact]
    public void Zero_and_empty_mean_not_set()
    {
        var pod = PodReader.Parse("pod.yaml",
            Pod("- name: a\n    image: b\n    workingDir: \"\"\n    resources: { requests: { cpu: 0, memory: 0 }, "
                + "limits: { cpu: \"0\", memory: 0Mi } }\n    ports: [{ containerPort: 80, hostPort: 0, protocol: "
                + "\"\", hostIP: \"\", name: \"\" }]\n    tty: no",
            spec: "dnsPolicy: \"\"\n  hostname: \"\"\n  restartPolicy: \"\"\n  hostNetwork: off\n  volumes: [{ name: "
                + "v, emptyDir: { medium: \"\", sizeLimit: 0 } }]"));
        pod.Should()
            .BeEquivalentTo(
                new { Hostname = "p", DnsPolicy = "ClusterFirst", RestartPolicy = "Always", HostNetwork = false });
        pod.Containers.Single().Should()
            .BeEquivalentTo(
                new { MemoryLimit = (long?)null, MemoryRequest = (long?)null, CpuLimit = (CpuQuantity?)null,
                    CpuRequest = (CpuQuantity?)null, WorkingDir = (string?)null });
        pod.Containers.Single().Ports.Single().Should().Be(new ContainerPort(80, null, "TCP", null, null));
    }

    [Theory]
    [InlineData("vm.overcommit_memory")]
    [InlineData("kernel.core_pattern")]
    [InlineData("net/../kernel/core_pattern")]
    [InlineData("net..core")]
    [InlineData("kernel.hostname")]
    public void A_kernel_parameter_that_is_the_hosts_is_refused(string name) =>
        FluentActions.Invoking(() =>
            PodReader.Parse("pod.yaml",
                Pod("- { name: a, image: b }",
                    spec: $"securityContext: {{ sysctls: [{{ name: {name}, value: \"1\" }}] }}")))
            .Should().Throw<MinicException>().WithMessage("*securityContext.sysctls[0].name: *is the host's*");

    [Fact]
    public void With_the_hosts_network_what_is_the_hosts_is_refused_or_warned_of()
    {
        FluentActions.Invoking(() =>
            PodReader.Parse("pod.yaml",
                Pod("- { name: a, image: b, ports: [{ containerPort: 80, hostPort: 81 }] }",
                    spec: "hostNetwork: true\n  securityContext: { sysctls: [{ name: net.core.somaxconn, value: \"1\" "
                        + "}] }")))
            .Should().Throw<MinicException>().WithMessage("*containers[0].ports[0].hostPort: with hostNetwork*")
            .WithMessage("*sysctls[0].name: with hostNetwork*");
        PodReader.Parse("pod.yaml", Pod("- { name: a, image: b }", spec: "hostNetwork: true\n  hostname: box")).Warnings
            .Should().ContainSingle().Which.Should().Contain("spec.hostname has no effect");
    }

    [Fact]
    public void A_limit_of_a_volume_on_a_disk_is_refused() =>
        FluentActions.Invoking(() =>
            PodReader.Parse("pod.yaml",
                Pod("- { name: a, image: b }", spec: "volumes: [{ name: v, emptyDir: { sizeLimit: 1Mi } }]")))
            .Should().Throw<MinicException>()
            .WithMessage("*spec.volumes[0].emptyDir.sizeLimit: minic limits volumes in memory only*");

    [Fact]
    public void The_least_pod_has_kubernetes_defaults()
    {
        var pod = PodReader.Parse("pod.yaml", Pod("- { name: a, image: b }"));
        pod.Should().BeEquivalentTo(new
        {
            Name = "p", Namespace = "default", Hostname = "p", RestartPolicy = "Always", DnsPolicy = "ClusterFirst",
            TerminationGracePeriodSeconds = 30L,
        });
        pod.Pids.Should().BeNull();
        pod.Warnings.Should().BeEmpty();
        pod.Containers.Single().SecurityContext.Should().BeEquivalentTo(new ContainerSecurityContext());
    }

    [Fact]
    public void A_leading_document_marker_makes_no_second_document() =>
        PodReader.Parse("pod.yaml", "---\n" + Pod("- { name: a, image: b }") + "\n---\n").Name.Should().Be("p");

    private static string Pod(string containers, string name = "p", string spec = "hostNetwork: false") => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {name}
        spec:
          {spec}
          containers:{(containers.StartsWith('[') ? " " : "\n  ")}{containers}
        """;
}
