using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Telling.Explain;
using MiniContainer.Plans.Steps;
using MiniContainer.Pods.Manifest;
using MiniContainer.Pods.Planning;
using MiniContainer.Testing;

namespace MiniContainer.Pods.Tests.Planning;

public class PodPlannerTests
{
    private const string Two = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          annotations: { minic/pids: "20" }
        spec:
          hostname: webby
          securityContext: { sysctls: [{ name: net.ipv4.ip_unprivileged_port_start, value: "0" }] }
          initContainers:
            - { name: prepare, image: busybox, command: [sh, -c, "echo hi > /data/index.html"], volumeMounts: [{ name: data, mountPath: /data }] }
          containers:
            - name: httpd
              image: busybox
              command: [httpd, -f, -h, /data]
              resources: { limits: { memory: 64Mi, cpu: 500m } }
              securityContext: { runAsUser: 1000, runAsGroup: 100, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] } }
              volumeMounts: [{ name: data, mountPath: /data, readOnly: true }]
            - { name: client, image: busybox, command: [sleep], args: ["100"], env: [{ name: A, value: b }] }
          volumes: [{ name: data, emptyDir: {} }]
        """;

    private static Plan PlanOf(string yaml)
    {
        var plan = new Plan();
        var setup = new PodSetup(PodReader.Parse("pod.yaml", yaml), "/run/minic/pods/web",
            new Dictionary<string, string> { ["busybox"] = "/images/busybox" })
        {
            Addresses = ["10.44.0.2", "fd00:44::2"],
            ResolvConf = "nameserver 203.0.113.53\n",
        };
        var facts = new Facts
        {
            Hierarchies = Machines.V2,
            Capabilities = (1UL << Kernel.Capabilities.All.Count) - 1,
            IsDirectory = _ => false,
            Home = (_, _) => "/root",
        };
        PodPlanner.Add(plan, setup,
            new NetworkSteps([], [new SetFile("/network", "here") { Why = "Stands for the network." }]), facts);
        return plan;
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Explained_it_fits_the_terminal(int width)
    {
        var text = new StringWriter { NewLine = "\n" };
        new ExplanationText(text, width,
            colour: false).Write(Explanation.Of("minic pod run of web", PlanOf(Two).Steps));
        text.ToString().Split('\n').Should().OnlyContain(line => line.Length <= width);
        PlanText.ShouldTellAllOf(text.ToString(), PlanOf(Two));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Folded_it_says_whose_each_chapter_is(int width)
    {
        var text = new StringWriter { NewLine = "\n" };
        new StoryText(text, width, colour: false).Write(Explanation.Of("minic pod run of web", PlanOf(Two).Steps));
        text.ToString().Split('\n').Should().OnlyContain(line => line.Length <= width);
        if (width == 80)
            Golden.Check(text.ToString(), "story-pod-80.txt");
    }

    [Fact]
    public void The_network_is_there_before_the_sandbox_goes_on_and_containers_come_after_it()
    {
        var titles = PlanOf(Two).Steps.Select(s => s.Title).ToList();
        var order = new[] { "make the process pause", "set /network to here", "let pause go on",
            "wait until pause has executed its command", "make the process prepare",
            "wait until prepare has ended well", "make the process httpd", "make the process client" };
        order.Select(title => titles.IndexOf(title)).Should().BeInAscendingOrder().And.NotContain(-1);
    }

    // What a container's plan is, its own golden file tells; a pod has one of it for each, between these.
    [Theory]
    [InlineData("prepare")]
    [InlineData("httpd")]
    [InlineData("client")]
    public void Each_container_has_a_whole_plan_of_its_own_that_joins_pause(string name)
    {
        var steps = PlanOf(Two).Steps.Where(s => s.Actor == name || s is IOfChild { Child: var child } && child == name)
            .Select(s => s.Title).ToList();
        steps.Should().ContainInOrder(
            $"make the process {name}", "wait for go", $"let {name} go on", "leave minic's program behind",
            "join the namespaces of pidfd:pause", "unshare the cgroup namespace", "make / rslave",
            $"mount overlay on /run/minic/pods/web/containers/{name}/merged",
            "make this directory the root", "let go of the old root", "mount proc on /proc", "set the capabilities");
        steps[^1].Should().Be(
            name == "prepare" ? "wait until prepare has ended well" : $"wait until {name} has executed its command");
    }

    [Fact]
    public void Containers_share_network_ipc_and_names_but_not_processes_and_mounts()
    {
        var plan = PlanOf(Two);
        var join = plan.StepsOf("httpd").SelectMany(s => s.Calls).Single(c => c.Name == "setns");
        join.Args[1].ToString().Should().Be("CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET");
        plan.Steps.OfType<CloneChild>().Single(c => c.Child == "httpd").Flags.Should()
            .Be(CloneFlags.NEWPID | CloneFlags.NEWNS);
    }

    [Fact]
    public void A_shared_pid_namespace_is_that_of_pause()
    {
        var plan =
            PlanOf(Two.Replace("  hostname: webby", "  hostname: webby\n  shareProcessNamespace: true",
                StringComparison.Ordinal));
        var clone = plan.Steps.OfType<CloneChild>().Single(c => c.Child == "httpd");
        clone.PidNamespace.Should().Be("pidfd:pause");
        (clone.Flags & CloneFlags.NEWPID).Should().Be(0);
    }

    [Fact]
    public void With_the_hosts_network_the_sandbox_holds_ipc_alone()
    {
        var plan = PlanOf(Two.Replace("  hostname: webby", "  hostNetwork: true", StringComparison.Ordinal)
            .Replace("  securityContext: { sysctls: [{ name: net.ipv4.ip_unprivileged_port_start, value: \"0\" }] }\n",
                "", StringComparison.Ordinal));
        (plan.Steps.OfType<CloneChild>().First().Flags & (CloneFlags.NEWNET | CloneFlags.NEWUTS)).Should().Be(0);
    }
}
