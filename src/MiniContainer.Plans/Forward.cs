// The player that plays a plan forward, and, when a step fails, backward again. There is no other way to do anything.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Plays plans.</summary>
public static class Forward
{
    /// <summary>Plays every step; if one fails, undoes what was begun and throws.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="journal">Where it is written down.</param>
    /// <param name="playing">What the steps share; the caller keeps it, and with it the children.</param>
    /// <param name="watch">Called around each step; null for nobody.</param>
    /// <exception cref="MinicException">A step failed; everything before it has been undone.</exception>
    public static void Play(Plan plan, Journal journal, Playing playing, PlayWatch? watch = null)
    {
        try
        {
            Faults.List(plan);
            PlaySteps(plan.Steps, journal, playing, watch);
            journal.MarkUp();
            watch?.End(playing);
        }
        catch (Exception failed)
        {
            // A child that ended takes its namespaces along, and then our own calls on them fail: it is the cause that is told.
            var failure = playing.ChildFailure() ?? failed;
            // Whatever it was, a bug of ours included: what was begun is undone.
            playing.Unlock();
            var left = Backward.Play(journal);
            if (left.Count == 0 && failure == failed)
                throw;
            if (left.Count == 0)
                throw failure;
            throw new MinicException(
                "undo what was begun",
                $"{failure.Message}\nand not all of it could be undone: {string.Join("\n", left.Select(l => l.Message))}",
                "minic gc will try again.",
                (failure as MinicException)?.ExitCode ?? MinicException.ExitFailure,
                failure);
        }
    }

    /// <summary>Plays further steps onto the journal of something that is there already; if one fails, none is undone.</summary>
    /// <exception cref="MinicException">A step failed; the journal says which had been begun.</exception>
    public static void PlayOn(Plan plan, Journal journal, Playing playing)
    {
        Faults.List(plan);
        PlaySteps(plan.Steps, journal, playing, watch: null);
    }

    private static void PlaySteps(IReadOnlyList<Step> steps, Journal journal, Playing playing, PlayWatch? watch)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            watch?.Before(steps[i], playing);
            if (steps[i] is not ChildStep)
                PlayStep(steps[i], i + 1, journal, playing, watch);
            watch?.After(steps[i], playing);
        }
    }

    private static void PlayStep(Step step, int number, Journal journal, Playing playing, PlayWatch? watch)
    {
        Faults.Before(number);
        var entry = journal.Begin(step);
        watch?.Begun(step);
        Faults.Instead(number, step);
        var facts = step.Do(playing);
        watch?.Done(step);
        Faults.Between(number, step);
        journal.Done(entry, facts);
        Faults.After(number);
    }
}
