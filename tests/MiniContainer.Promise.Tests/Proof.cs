// Proves a plan: plays it once to learn its steps, then once more for each thing that can go wrong, and looks at the
// world after each. Several worlds share the cases of one plan.

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using MiniContainer.Testing;

namespace MiniContainer.Promise.Tests;

internal sealed partial class Proof(PlanUnderTest plan)
{
    private const int Worlds = 3;
    private const int Enough = 12;

    // What ends by itself (a child that reads end of file, the namespace of a killed process) may take a moment.
    private static readonly TimeSpan Patience = Pace.Seconds(3);

    private readonly ConcurrentQueue<string> failures = [];
    private readonly ConcurrentDictionary<string, Dictionary<string, Case>> lists = [];
    private int undos;
    private bool shares;
    private int last;
    private int tried;
    private int passed;
    private int settled;

    public static bool Stress => Environment.GetEnvironmentVariable("MINIC_STRESS") == "1";

    public IReadOnlyCollection<string> Failures => failures;

    public int Steps { get; private set; }

    public int Calls { get; private set; }

    public int Possible { get; private set; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{plan.Name,-58} {Steps,4} steps {Calls,5} calls {Possible,6} cases {tried,6} tried {passed,6} passed "
            + $"{settled,4} settled late");

    /// <summary>Every step and every call fails, and every one is a killed runtime's last.</summary>
    public void Forward()
    {
        List<Case> cases;
        using (var world = Prepare())
            cases = [.. lists[world.Name].Values];
        Possible = cases.Count;
        // The name of a world is in its titles and calls: each case is that of the world in which it is played.
        Run([.. (Stress ? cases : Sample(cases)).Select(c => c.Fault)],
            (world, before, fault) => lists[world.Name][fault] is { Kills: true } kill
                ? Kill(world, before, kill) : Fail(world, before, lists[world.Name][fault]));
    }

    /// <summary>The rollback of a failed play is killed at each undo, and so is a gc.</summary>
    public void Rollback()
    {
        using (var world = Prepare())
        {
            // Not every plan is undone in the end (exec), and not all of it; a failed one is.
            world.Sh($"MINIC_FAULT=list:{world.Temporary}/undos,fail-late:{last}:EIO {plan.Play}");
            (undos, shares) = ListedStep.ReadUndos($"{world.Temporary}/undos");
        }

        undos.Should().BePositive($"a rollback of {plan.Name} that undoes nothing proves nothing");
        var kills = Undos();
        var cases = kills.Select(u => $"fail-late:{last}:EIO,{u}")
            .Concat(kills.Select(u => $"kill:after:{last};{u}")).ToList();
        Possible = cases.Count;
        Run(cases, (world, before, fault) =>
        {
            var parts = fault.Split(';');
            var first = world.Sh($"MINIC_FAULT={parts[0]} {plan.Play}");
            var second = parts.Length > 1 ? world.Sh($"MINIC_FAULT={parts[1]} m gc") : first;
            var expected = parts.Length > 1 ? 137 : plan.KilledCode;
            return second.Code != expected
                ? $"it should have been killed ({expected}), but ended with {second.Code}: {second.Error}"
                : Mend(world, before);
        });
    }

    /// <summary>A delete is killed at each undo; a second one, or a gc, ends it.</summary>
    public void Delete()
    {
        Prepare().Dispose();

        undos.Should().BePositive($"a delete of {plan.Name} that undoes nothing proves nothing");
        var cases = Undos().SelectMany(u => new[] { (u, plan.Undo), (u, "m gc") })
            .Concat(Enumerable.Range(1, undos).Select(n => ($"undo-fail:{n}:EIO", plan.Undo))).ToList();
        Possible = cases.Count;
        Run(cases, (world, before, item) =>
        {
            world.Do(plan.Play);
            var (fault, again) = item;
            var (first, expected) =
                (world.Sh($"MINIC_FAULT={fault} {plan.Undo}"), fault.StartsWith("undo-fail", StringComparison.Ordinal)
                    ? PlanUnderTest.FailureCode(plan.Undo, 125) : 137);
            if (first.Code != expected)
                return $"it should have ended with {expected}, but did with {first.Code}: {first.Error}";
            var second = world.Sh(again);
            return second.Code != 0
                ? $"the second {again} ended with {second.Code}: {second.Error}" : Mend(world, before);
        });
    }

    // Each play leases the next addresses.
    private static string Neutral(string text) => Leased().Replace(text, "ADDRESS");

    [GeneratedRegex("10\\.44\\.[0-9.]+|fd00:44::[0-9a-f]+|0a:58:[0-9a-f:]+")]
    private static partial Regex Leased();

    private List<string> Undos() =>
    [
        .. Enumerable.Range(1, undos).SelectMany(n => new[] { $"undo-kill:before:{n}", $"undo-kill:between:{n}" }),
        "undo-kill:between:0",
        .. shares ? ["undo-kill:after:0"] : Array.Empty<string>(),
    ];

    private static List<Case> Sample(List<Case> cases) =>
        // All that the runtime does; of the child's calls, which number many hundreds, each fifth case in turn.
        [.. cases.Where((c, i) => !c.Step.IsChild || i % 5 == 0)];

    private World Prepare()
    {
        var world = World.Make();
        Inputs.Write(world);
        world.Do(plan.Setup);
        lists[world.Name] = Case.Of(List(world, plan.Play), path => File.Exists(world.Rootfs + path), plan.Claims)
            .ToDictionary(c => c.Fault);
        return world;
    }

    private List<ListedStep> List(World world, string play)
    {
        var file = $"{world.Temporary}/list";
        var command = plan.Stays ? play.Replace("sleep 1000", "sleep 0", StringComparison.Ordinal) : play;
        // A tmpfs has the mode of the mount point under it; one that this play only makes has none yet.
        world.Do($"{command}; {(plan.Stays ? ":" : plan.Undo)}");
        var outcome = world.Sh($"export MINIC_FAULT=list:{file}; {command}");
        if (outcome.Code != 0)
            throw new InvalidOperationException($"{command} ends with {outcome.Code}: {outcome.Error}");
        var steps = ListedStep.Read(file).ToList();
        world.Do($"{(plan.Stays ? ":" : plan.Undo)}; unset MINIC_FAULT");
        (undos, shares) = ListedStep.ReadUndos(file);
        // A second play in the list is that of a start behind a create.
        var second = steps.FindIndex(1, s => s.Number == 1);
        steps = second < 0 ? steps : steps[..second];
        Steps = steps.Count;
        last = steps.Last(s => !s.IsChild).Number;
        Calls = steps.Where(s => s.IsChild).Sum(s => s.Calls.Count);
        return [.. steps.Select(s => s with
        {
            Calls = [
                .. s.Calls.Select(c =>
                    c.Replace("[\"sleep\", \"0\"]", "[\"sleep\", \"1000\"]", StringComparison.Ordinal))],
        })];
    }

    private string? Kill(World world, Snapshot before, Case item)
    {
        var outcome = world.Sh($"MINIC_FAULT={item.Fault} {plan.Play}");
        if (outcome.Code != plan.KilledCode)
            return $"it should have been killed ({plan.KilledCode}), but ended with {outcome.Code}: {outcome.Error}";
        return Mend(world, before);
    }

    private string? Mend(World world, Snapshot before)
    {
        var gc = world.Sh(plan.Repair);
        if (gc.Code != 0)
            return $"{plan.Repair} ended with {gc.Code}: {gc.Error}";
        if (Differs(world, before) is { } difference)
            return $"after {plan.Repair}:\n{difference}";
        var again = world.Sh("m gc");
        return again.Code != 0 || again.Output.Length > 0
            ? $"a second gc ended with {again.Code}: {again.Output}{again.Error}"
            : Differs(world, before) is { } more ? $"a second gc changed:\n{more}" : null;
    }

    private string? Fail(World world, Snapshot before, Case item)
    {
        var outcome = world.Sh($"MINIC_FAULT={item.Fault} {plan.Play}");
        var code = PlanUnderTest.FailureCode(plan.Play, item.ExitCode);
        if (item.Later && outcome.Code == 0)
        {
            outcome = world.Sh(plan.Later!);
            world.Do(plan.Undo);
        }
        else if (plan.Repair != "m gc")
        {
            world.Do(plan.Repair);
        }

        if (outcome.Code != code)
            return $"the exit code should be {code}, but is {outcome.Code}: {outcome.Error}";
        if (!item.Later && !Neutral(outcome.Error).Contains(Neutral(item.Step.Title), StringComparison.Ordinal))
            return $"the error should name the step: {outcome.Error}";
        if (!(item.Later ? item.ExitCode == 125 : false)
            && !Neutral(outcome.Error)
                .Contains(
                    Neutral(item.Later ? item.Call![..item.Call!.IndexOf(',', StringComparison.Ordinal)] : item.Call!),
                    StringComparison.Ordinal))
            return $"the error should name the call {item.Call}: {outcome.Error}";
        return Differs(world, before) is { } left ? $"{left}\nIt said: {outcome.Error}" : null;
    }

    private string? Differs(World world, Snapshot before)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        for (var first = true; ; first = false)
        {
            var difference = Snapshot.Of(world).Difference(before, plan.Ignored);
            if (difference.Length == 0)
            {
                if (!first)
                    Interlocked.Increment(ref settled);
                return null;
            }

            if (Environment.TickCount64 > end)
                return difference;
            Thread.Sleep(10);
        }
    }

    private void Run<T>(IReadOnlyList<T> cases, Func<World, Snapshot, T, string?> judge)
    {
        cases.Should().NotBeEmpty($"a plan without a case, {plan.Name}, is proven by nothing");
        var queue = new ConcurrentQueue<T>(cases);
        var threads = Enumerable.Range(0, Worlds).Select(_ => new Thread(() => Work(queue, judge))).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
    }

    private void Work<T>(ConcurrentQueue<T> queue, Func<World, Snapshot, T, string?> judge)
    {
        World? world = null;
        Snapshot? before = null;
        try
        {
            while (failures.Count < Enough && queue.TryDequeue(out var item))
            {
                if (world is null)
                {
                    world = Prepare();
                    before = Snapshot.Of(world);
                    if (Differs(world, before) is { } restless)
                        throw new InvalidOperationException($"the world does not come to rest:\n{restless}");
                }

                if (Judge(world, before!, item, judge) is { } problem)
                {
                    failures.Enqueue($"{plan.Name}, {Name(world, item)}:\n{problem}\n");
                    // What is left there is none of the next case's business.
                    world.Dispose();
                    world = null;
                }
            }
        }
        catch (Exception e)
        {
            failures.Enqueue($"{plan.Name}: {e}");
        }
        finally
        {
            world?.Dispose();
        }
    }

    private string Name<T>(World world, T item) =>
        item is string fault && lists[world.Name].TryGetValue(fault, out var known) ? known.ToString() : $"{item}";

    private string? Judge<T>(World world, Snapshot before, T item, Func<World, Snapshot, T, string?> judge)
    {
        Interlocked.Increment(ref tried);
        string? problem;
        try
        {
            problem = judge(world, before, item);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            problem = e.Message;
        }

        if (problem is null)
            Interlocked.Increment(ref passed);
        return problem;
    }
}
