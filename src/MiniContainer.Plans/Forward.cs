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
            foreach (var step in plan.Steps)
            {
                watch?.Before(step, playing);
                if (step is not ChildStep)
                {
                    var number = journal.Begin(step);
                    watch?.Begun(step);
                    var facts = step.Do(playing);
                    watch?.Done(step);
                    journal.Done(number, facts);
                }

                watch?.After(step, playing);
            }

            journal.MarkUp();
            watch?.End(playing);
        }
        catch (Exception failure)
        {
            // Whatever it was, a bug of ours included: what was begun is undone.
            playing.Unlock();
            var left = Backward.Play(journal);
            if (left.Count == 0)
                throw;
            throw new MinicException(
                "undo what was begun",
                $"{failure.Message}\nand not all of it could be undone: {string.Join("\n", left.Select(l => l.Message))}",
                "minic gc will try again.",
                (failure as MinicException)?.ExitCode ?? MinicException.ExitFailure,
                failure);
        }
    }
}
