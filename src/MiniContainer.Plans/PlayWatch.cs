// Who sees each step come and go: the players that tell, wait and measure are made of this.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Sees each step come and go.</summary>
public class PlayWatch
{
    /// <summary>A step is about to be played; a child's step may be under way already.</summary>
    /// <exception cref="MinicException">Stops the play, as a failing step does.</exception>
    public virtual void Before(Step step, Playing playing)
    {
    }

    /// <summary>The intent of a step of ours is written down; next it is done.</summary>
    public virtual void Begun(Step step)
    {
    }

    /// <summary>A step of ours is done; next that is written down.</summary>
    public virtual void Done(Step step)
    {
    }

    /// <summary>A step has been played; a child's step may still be under way.</summary>
    public virtual void After(Step step, Playing playing)
    {
    }

    /// <summary>The whole plan has been played; the children's tapes can still be read.</summary>
    public virtual void End(Playing playing)
    {
    }

    /// <summary>A step is about to be undone.</summary>
    public virtual void Undoing(Step step)
    {
    }

    /// <summary>A step has been undone.</summary>
    public virtual void Undone(Step step)
    {
    }

    /// <summary>One that stands for several; null for none.</summary>
    public static PlayWatch? Of(params IEnumerable<PlayWatch?> watches) =>
        watches.OfType<PlayWatch>().ToArray() switch { [] => null, [var one] => one, var many => new Several(many) };

    private sealed class Several(PlayWatch[] watches) : PlayWatch
    {
        public override void Before(Step step, Playing playing) => Array.ForEach(watches, w => w.Before(step, playing));

        public override void Begun(Step step) => Array.ForEach(watches, w => w.Begun(step));

        public override void Done(Step step) => Array.ForEach(watches, w => w.Done(step));

        public override void After(Step step, Playing playing) => Array.ForEach(watches, w => w.After(step, playing));

        public override void End(Playing playing) => Array.ForEach(watches, w => w.End(playing));

        public override void Undoing(Step step) => Array.ForEach(watches, w => w.Undoing(step));

        public override void Undone(Step step) => Array.ForEach(watches, w => w.Undone(step));
    }
}
