// --profile of real runs: the clocks of runtime and child agree, and the sums with the time that passed.

using System.Diagnostics;
using MiniContainer.Telling.Profiling;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class ProfileTests : MinicTest
{
    // The axis is rounded to 0.1 µs; the two clocks are joined to within a few.
    private const double Slack = 20;

    [Fact]
    public void A_run_is_told_in_order_and_the_sum_is_the_whole()
    {
        var world = Make();
        var clock = Stopwatch.StartNew();
        world.Sh("minic run --profile=json --profile-file $TMP/p.json --name $N --rootfs $ROOTFS --net none true")
            .Should().Be(new Outcome(0, "", ""));
        var wall = clock.Elapsed.TotalMicroseconds;

        var profile = Profile.FromJson(File.ReadAllText(Path.Combine(world.Temporary, "p.json")));

        profile.Spans.Select(s => s.Start).Should().BeInAscendingOrder();
        profile.Spans.Select(s => s.Who).Distinct().Should().BeEquivalentTo("minic", world.Name, "minic, undoing");
        profile.Spans.Should().OnlyContain(s => s.Took >= 0 && s.Start >= 0);
        foreach (var who in profile.Spans.GroupBy(s => s.Who))
            who.Zip(who.Skip(1)).Should()
                .OnlyContain(p => p.Second.Start >= p.First.End - Slack, "nobody does two things at once");
        profile.Spans.Where(s => s.Who != world.Name).Sum(s => s.Took + s.Journal).Should()
            .BeLessThanOrEqualTo(profile.Whole + Slack);
        (profile.Whole + profile.Command!.Value).Should().BeLessThan(wall);
        // What belongs together in fact does so on the axis: here the two clocks meet.
        var clone = Step(profile, $"make the process {world.Name}");
        var release = Step(profile, $"let {world.Name} go on");
        Step(profile, "arrange its descriptors").Start.Should().BeInRange(clone.Start, clone.End + profile.Whole);
        Step(profile, "wait for go").End.Should().BeGreaterThan(release.Start - Slack);
        Step(profile, "execute true").End.Should()
            .BeApproximately(Step(profile, "has executed its command").End, Slack);
    }

    [Fact]
    public void A_table_goes_to_stderr_and_leaves_the_commands_output_alone()
    {
        var world = Make();
        var outcome = world.Sh("minic run --profile --name $N --rootfs $ROOTFS --net none echo hello");
        outcome.Output.Should().Be("hello\n");
        outcome.Error.Should().StartWith("minic run\n").And.Contain("mount proc on /proc").And.Contain("the largest:");
    }

    [Fact]
    public void The_word_behind_the_flag_is_not_its_value()
    {
        var world = Make();
        world.Sh("""
            minic run -d --name $N --rootfs $ROOTFS --net none sleep 1000
            minic exec --profile $N true
            minic delete -f $N
            """).Error.Should().StartWith("minic exec\n").And.Contain("exec ");
    }

    [Theory]
    [InlineData("--profile=svg", "--profile=svg needs --profile-file FILE")]
    [InlineData("--profile-file x", "--profile-file needs --profile")]
    [InlineData("--profile=gif", "--profile cannot be \"gif\"; it wants table|json|svg")]
    [InlineData("--profile --profile-file /nonexistent/x", "write the profile /nonexistent/x")]
    public void What_cannot_be_shown_is_not_run(string flags, string problem)
    {
        var world = Make();
        var outcome = world.Sh($"minic run {flags} --name $N --rootfs $ROOTFS --net none echo ran");
        outcome.Code.Should().Be(125);
        outcome.Output.Should().BeEmpty();
        outcome.Error.Should().Contain(problem);
    }

    [Fact]
    public void A_pod_is_played_by_its_monitor_and_told_by_the_front()
    {
        var world = Make();
        File.WriteAllText(Path.Combine(world.Temporary, "pod.yaml"), $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{world.Name}}}
            spec:
              hostNetwork: true
              terminationGracePeriodSeconds: 0
              containers:
              - {name: one, image: {{world.Rootfs}}, command: [sleep, "1000"]}
            """);
        world.Sh(
            "ip link set lo up; minic pod run --profile=json --profile-file $TMP/p.json pod.yaml; code=$?; minic pod "
                + "rm -f $N >/dev/null || minic pod rm $N; exit $code").Code.Should().Be(0);

        var profile = Profile.FromJson(File.ReadAllText(Path.Combine(world.Temporary, "p.json")));

        profile.Spans.Select(s => s.Who).Distinct().Should().BeEquivalentTo("minic", "monitor", "pause", "one");
        var wait = Step(profile, "wait until the monitor has made the pod");
        profile.Spans.Where(s => s.Who != "minic").Should()
            .OnlyContain(s => s.Start >= wait.Start - Slack && s.End <= wait.End + Slack);
    }

    private static ProfileSpan Step(Profile profile, string what) =>
        profile.Spans.First(s => s.What.Contains(what, StringComparison.Ordinal) && s.Who != "minic, undoing");
}
