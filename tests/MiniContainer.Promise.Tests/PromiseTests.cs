// The promise: whatever step of a plan fails, and wherever the runtime is killed, nothing is left behind. Every plan of
// minic, every step of it, on the very binary that ships (docs/decisions/0008-faults.md). out/promise.txt has the
// count.


namespace MiniContainer.Promise.Tests;

public class PromiseTests(ITestOutputHelper output)
{
    public static TheoryData<string> Plans => [.. PlanUnderTest.All.Select(p => p.Name)];

    public static TheoryData<string> Rollbacks =>
        [.. PlanUnderTest.All.Where(p => p.Repair == "m gc").Select(p => p.Name)];

    public static TheoryData<string> Deletes => [.. PlanUnderTest.Deletes.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Plans))]
    public void Whatever_step_fails_or_is_the_last_of_a_killed_minic_nothing_is_left(string plan) =>
        Prove("step by step: " + plan, PlanUnderTest.All.Single(p => p.Name == plan), p => p.Forward());

    [Theory]
    [MemberData(nameof(Rollbacks))]
    public void An_undo_that_is_killed_halfway_is_ended_by_a_second_one(string plan) =>
        Prove("undo by undo: " + plan, PlanUnderTest.All.Single(p => p.Name == plan), p => p.Rollback());

    [Theory]
    [MemberData(nameof(Deletes))]
    public void A_delete_that_is_killed_or_fails_halfway_is_ended_by_a_second_one_or_by_gc(string plan) =>
        Prove("undo by undo: " + plan, PlanUnderTest.Deletes.Single(p => p.Name == plan), p => p.Delete());

    private void Prove(string name, PlanUnderTest plan, Action<Proof> how)
    {
        World.Need();
        var proof = new Proof(plan with { Name = name });
        how(proof);
        Summary.Add(name, $"{proof}{(Proof.Stress ? "" : "  (sampled: all with MINIC_STRESS=1)")}");
        output.WriteLine(proof.ToString());
        Assert.True(proof.Failures.Count == 0, string.Join("\n", proof.Failures));
    }
}
