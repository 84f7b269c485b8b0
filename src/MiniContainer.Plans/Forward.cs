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
    /// <param name="watch">Sees each step come and go; null for none.</param>
    /// <exception cref="MinicException">A step failed; everything before it has been undone.</exception>
    public static void Play(Plan plan, Journal journal, PlayContext playing, PlayObserver? watch = null)
    {
        var seen = Watched(playing, watch);
        try
        {
            seen.Start(playing);
            PlaySteps(plan.Steps, journal, playing, seen);
            journal.MarkUp();
            seen.End(playing);
        }
        catch (Exception failed)
        {
            // A child that ended takes its namespaces along, and then our own calls on them fail: it is the cause that
            // is told.
            var failure = playing.ChildFailure() ?? failed;
            // Whatever it was, a bug of ours included: what was begun is undone.
            playing.Unlock();
            seen.Failed(failure);
            var left = Backward.Play(journal, watch);
            if (left.Count == 0 && failure == failed)
                throw;
            if (left.Count == 0)
                throw failure;
            throw new MinicException(
                "undo what was begun",
                $"{failure.Message}\nand not all of it could be undone: "
                    + $"{string.Join("\n", left.Select(l => l.Message))}",
                "minic gc will try again.",
                (failure as MinicException)?.ExitCode ?? MinicException.ExitFailure,
                failure);
        }
    }

    /// <summary>
    /// Plays further steps onto the journal of something that is there already; if one fails, none is undone.
    /// </summary>
    /// <exception cref="MinicException">A step failed; the journal says which had been begun.</exception>
    public static void PlayOn(Plan plan, Journal journal, PlayContext playing, PlayObserver? watch = null)
    {
        var seen = Watched(playing, watch);
        seen.Start(playing);
        PlaySteps(plan.Steps, journal, playing, seen);
    }

    private static PlayObserver Watched(PlayContext playing, PlayObserver? watch)
    {
        var seen = PlayObserver.Of(watch, Faults.Asked) ?? new PlayObserver();
        playing.Rearranges = (child, tape) => seen.LayOut(playing, child, tape);
        playing.HearsOfChild = seen.Made;
        return seen;
    }

    private static void PlaySteps(IReadOnlyList<Step> steps, Journal journal, PlayContext playing, PlayObserver seen)
    {
        foreach (var step in steps)
        {
            seen.Before(step, playing);
            if (step is not ChildStep)
                PlayStep(step, journal, playing, seen);
            seen.After(step, playing);
        }
    }

    private static void PlayStep(Step step, Journal journal, PlayContext playing, PlayObserver seen)
    {
        if (step is SharedStep shared)
        {
            PlayShared(shared, journal.Kinds, playing, seen);
            return;
        }

        var entry = journal.Begin(step);
        seen.Begun(step);
        StepResult? facts;
        using (step.Uses is { } use ? Lock(new SharedThing(use.Directory, journal.Kinds), playing) : null)
        {
            Join(step, journal.Kinds, seen);
            facts = step.Do(playing);
        }

        seen.Done(step);
        journal.Done(entry, facts);
    }

    // Onto the journal of what is shared, unless an earlier user's play of it stands there. It is done all the same:
    // what an earlier user began and did not end, or others took away since, is missing.
    private static void PlayShared(SharedStep step, StepKinds kinds, PlayContext playing, PlayObserver seen)
    {
        var thing = new SharedThing(step.Directory, kinds);
        using var held = Lock(thing, playing);
        using var journal = thing.TryOpen()
            ?? throw new MinicException(
                step.Title, $"there is no {thing.JournalPath}", "Delete the containers that use it, and begin again.");
        // Null, and so not written: a journal holds what the undo needs, and each user's plan has the reason.
        var begun = step with { Found = step.Find(thing), Why = null! };
        // A step that found the thing there undoes nothing: if it is gone by now, what we make needs its own undo.
        var entry = journal.Entries.LastOrDefault(e => !e.Undone && e.Step is SharedStep other && other.IsSame(step)
            && (begun.Found!.Made == false || other.Found?.Made == true));
        var number = entry?.Number ?? journal.Begin(begun);
        seen.Begun(step);
        Join(step, kinds, seen);
        step.Do(playing);
        seen.Done(step);
        if (entry?.Facts is null)
            journal.Done(number, ((entry?.Step as SharedStep) ?? begun).Found);
    }

    // What has no users is left over: its undo comes first, else its journal would say of it what is not true.
    private static void Join(Step step, StepKinds kinds, PlayObserver seen)
    {
        if (step.Uses is not { } use)
            return;
        var thing = new SharedThing(use.Directory, kinds);
        if (!thing.InUse)
            Backward.End(thing, seen);
        thing.Join(use);
    }

    // The play may hold the lock since before it was planned; flock(2) would have it wait for itself.
    private static SharedLock? Lock(SharedThing thing, PlayContext playing) =>
        playing.Locks.ContainsKey(thing.LockPath) ? null : SharedLock.Take(thing.LockPath);
}
