// Plays the short plans that worlds are made of: a child, its tape, and the meetings with it. There is no journal: see
// Removal.cs for why a world does without.

using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Labs.Worlds;

/// <summary>Plays plans without a journal.</summary>
internal static class PlanPlay
{
    /// <summary>Plays a plan; what it leaves are its children.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="handles">Descriptors of ours that it names.</param>
    /// <exception cref="MinicException">A step failed; a child that still waits ends.</exception>
    public static PlayContext Start(Plan plan, params IReadOnlyList<(string Name, SafeHandle Handle)> handles)
    {
        var playing = new PlayContext(plan);
        foreach (var (name, handle) in handles)
            playing.Handles[name] = handle;
        try
        {
            foreach (var step in plan.Steps.Where(s => s is not ChildStep))
                _ = step.Do(playing);
            return playing;
        }
        catch
        {
            End(playing);
            throw;
        }
    }

    /// <summary>Lets waiting children end, and waits for those that do.</summary>
    public static void End(PlayContext playing)
    {
        var pids = playing.Children.Values.Select(c => c.Pid).ToList();
        playing.Dispose();
        foreach (var pid in pids)
            _ = Processes.Reap(pid);
    }

    /// <summary>Has a child in our own namespaces do what needs a single-threaded process, or a call that only tapes have.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="write">Writes its tape.</param>
    public static void InChild(string name, Action<TapeWriter> write)
    {
        var plan = new Plan();
        IReadOnlyList<string> descriptors = ["null", "null", "null", "status"];
        plan.Add(new CloneChild(name, 0, descriptors) { Why = "A tape is played by a process of its own." });
        var tape = new TapeWriter(plan, name, descriptors);
        write(tape);
        tape.Story.Report("status", "All of it worked.");
        plan.Add(new AwaitReady(name) { Why = "What failed is known now." });
        End(Start(plan));
    }
}

/// <summary>A tape with room for calls that only the world needs.</summary>
/// <param name="plan">The plan that it is part of.</param>
/// <param name="child">Whose tape it is.</param>
/// <param name="descriptors">What its descriptors are.</param>
internal sealed class TapeWriter(Plan plan, string child, IReadOnlyList<string> descriptors)
{
    /// <summary>The usual steps.</summary>
    public ChildTape Story { get; } = plan.Tape(child, descriptors);

    /// <summary>A step that no other tape has; it must leave no descriptor open.</summary>
    public void Step(string name, string why, string man, IReadOnlyList<TapeCall> calls, params IReadOnlyList<string> shell) =>
        Story.Add(new WorldStep(name, man, calls, shell) { Why = why });
}

/// <summary>A step of a world's own.</summary>
/// <param name="Name">Its title.</param>
/// <param name="Page">Its man page.</param>
/// <param name="Made">Its calls.</param>
/// <param name="Shell">The same by hand.</param>
internal sealed record WorldStep(string Name, string Page, IReadOnlyList<TapeCall> Made, IReadOnlyList<string> Shell) : ChildStep
{
    public override string Title => Name;

    public override IReadOnlyList<TapeCall> Calls => Made;

    public override string Man => Page;

    public override string Lab => "13-netns";

    public override IReadOnlyList<string> ByHand => Shell;
}
