using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Planning;

public class StreamOwnerTests
{
    private static readonly StandardStream[] Streams = [new(0, StreamReach.Machine), new(0, StreamReach.Holders),
        new(0, StreamReach.Named)];

    private static readonly string[] Inherited = ["stdin", "stdout", "stderr"];

    private static Facts Machine(Caller? caller = null) => ContainerPlannerTests.Machine(Machines.V2) with
    {
        Stream = i => Streams[i],
        Caller = caller ?? Caller.Root,
    };

    private static List<string> Given(uint uid, IReadOnlyList<string>? stdio = null, Facts? facts = null,
        bool terminal = false, bool mapped = false)
    {
        var spec = DefaultSpec.Create("rootfs", ["sh"], "box", terminal: terminal);
        spec = spec with { Process = spec.Process! with { User = new User { Uid = uid } } };
        if (mapped)
            spec = spec with
            {
                Linux = spec.Linux! with
                {
                    Namespaces = [.. spec.Linux.Namespaces!, new("user")],
                    UidMappings = [new(0, 100000, 65536)],
                    GidMappings = [new(0, 100000, 65536)],
                },
            };
        var plan = new Plan();
        ContainerPlanner.Add(plan, new Bundle("/bundle", spec), new ContainerSetup("box", "/run/minic/containers/box")
        {
            Stdio = stdio ?? Inherited,
        }, facts ?? Machine());
        return [.. plan.StepsOf("box")
            .Where(s => s.Title.StartsWith("give the standard streams", StringComparison.Ordinal))
            .SelectMany(s => s.CallTexts)];
    }

    [Fact]
    public void The_user_owns_what_only_the_streams_holders_or_those_who_know_its_name_can_see() =>
        Given(1000).Should()
            .Equal("fchownat(1, \"\", 1000, -1, AT_EMPTY_PATH)", "fchownat(2, \"\", 1000, -1, AT_EMPTY_PATH)");

    [Fact]
    public void What_belongs_to_the_user_already_is_left_alone() => Given(0).Should().BeEmpty();

    [Fact]
    public void In_a_user_namespace_an_id_means_somebody_else() => Given(0, mapped: true).Should().HaveCount(2);

    [Fact]
    public void A_terminal_of_its_own_has_its_owner_already() => Given(1000, terminal: true).Should().BeEmpty();

    [Fact]
    public void A_log_is_the_users_and_the_null_device_is_not() =>
        Given(1000, ["null", "log:/l", "log:/l"]).Should()
            .Equal("fchownat(1, \"\", 1000, -1, AT_EMPTY_PATH)", "fchownat(2, \"\", 1000, -1, AT_EMPTY_PATH)");

    [Fact]
    public void An_ordinary_user_keeps_a_file_that_could_not_be_taken_back() =>
        Given(1, facts: Machine(new Caller(1000, 1000))).Should().Equal("fchownat(1, \"\", 1, -1, AT_EMPTY_PATH)");

    [Fact]
    public void Exec_does_the_same()
    {
        var plan = new Plan();
        var process = DefaultSpec.Create("rootfs", ["sh"], "box").Process! with { User = new User { Uid = 7 } };
        ExecPlanner.Add(plan, "exec", process, new ExecTarget(7, 0), Machine());
        plan.Steps.SelectMany(s => s.CallTexts).Should().Contain("fchownat(1, \"\", 7, -1, AT_EMPTY_PATH)").And
            .NotContain(c => c.StartsWith("fchownat(0", StringComparison.Ordinal));
    }
}
