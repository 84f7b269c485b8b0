// What sees each step come and go: the players that tell, wait, measure and spoil are made of this.
//
//     Start                       a plan is about to be played
//       Before                    a step is                        Undoing
//         Begun                   that is in the journal           UndoBegun
//         Done                    it is done                       UndoDone
//       After                     that is in the journal too       Undone
//     End                         all is up
//
// Of a child's steps only Before and After are told: the child may be ahead of them, or behind.

using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>Sees each step come and go.</summary>
public class PlayObserver
{
    /// <summary>Whether the user wants no more: what comes to an end then has not failed.</summary>
    public virtual bool Stopped => false;

    /// <summary>A plan is about to be played.</summary>
    public virtual void Start(PlayContext playing)
    {
    }

    /// <summary>The tape of a child that is about to be made, which may be given further entries.</summary>
    /// <param name="playing">The play.</param>
    /// <param name="child">The child.</param>
    /// <param name="tape">Its entries.</param>
    /// <returns>What is to be laid out.</returns>
    public virtual IReadOnlyList<TapeEntry> LayOut(PlayContext playing, string child,
        IReadOnlyList<TapeEntry> tape) => tape;

    /// <summary>A child has been made, and plays its tape.</summary>
    public virtual void Made(string name, Child child)
    {
    }

    /// <summary>A step is about to be played; a child's step may be under way already.</summary>
    /// <exception cref="MinicException">Stops the play, as a failing step does.</exception>
    public virtual void Before(Step step, PlayContext playing)
    {
    }

    /// <summary>The intent of a step of ours is written down; next it is done.</summary>
    /// <exception cref="MinicException">Takes the place of what the step does.</exception>
    public virtual void Begun(Step step)
    {
    }

    /// <summary>A step of ours is done; next that is written down.</summary>
    /// <exception cref="MinicException">Makes it a step that failed.</exception>
    public virtual void Done(Step step)
    {
    }

    /// <summary>A step has been played; a child's step may still be under way.</summary>
    public virtual void After(Step step, PlayContext playing)
    {
    }

    /// <summary>The whole plan has been played; the children's tapes can still be read.</summary>
    public virtual void End(PlayContext playing)
    {
    }

    /// <summary>The play has failed, and what was begun is about to be undone.</summary>
    public virtual void Failed(Exception failure)
    {
    }

    /// <summary>A step is about to be undone; at the first one of a journal nothing is written down yet.</summary>
    /// <param name="entry">The step.</param>
    /// <param name="journal">What it is of.</param>
    /// <exception cref="MinicException">Nothing more is to be undone.</exception>
    public virtual void Undoing(JournalEntry entry, Journal journal)
    {
    }

    /// <summary>That undoing has begun is written down; next the step is undone.</summary>
    /// <exception cref="MinicException">Takes the place of the undo.</exception>
    public virtual void UndoBegun(JournalEntry entry)
    {
    }

    /// <summary>A step is undone; next that is written down.</summary>
    public virtual void UndoDone(JournalEntry entry)
    {
    }

    /// <summary>A step has been undone.</summary>
    /// <param name="entry">The step.</param>
    /// <param name="journal">What it is of.</param>
    public virtual void Undone(JournalEntry entry, Journal journal)
    {
    }

    /// <summary>An observer that stands for several, each of them once; null for none.</summary>
    public static PlayObserver? Of(params IEnumerable<PlayObserver?> watches) =>
        watches.OfType<PlayObserver>().SelectMany(w => w is Several several ? several.Watches : [w]).Distinct()
            .ToArray() switch
        {
            [] => null,
            [var one] => one,
            var many => new Several(many),
        };

    private sealed class Several(PlayObserver[] watches) : PlayObserver
    {
        public PlayObserver[] Watches { get; } = watches;

        public override bool Stopped => Array.Exists(Watches, w => w.Stopped);

        public override void Start(PlayContext playing) => Array.ForEach(Watches, w => w.Start(playing));

        public override IReadOnlyList<TapeEntry> LayOut(PlayContext playing, string child,
            IReadOnlyList<TapeEntry> tape) =>
            Watches.Aggregate(tape, (entries, watch) => watch.LayOut(playing, child, entries));

        public override void Made(string name, Child child) => Array.ForEach(Watches, w => w.Made(name, child));

        public override void Before(Step step, PlayContext playing) =>
            Array.ForEach(Watches, w => w.Before(step, playing));

        public override void Begun(Step step) => Array.ForEach(Watches, w => w.Begun(step));

        public override void Done(Step step) => Array.ForEach(Watches, w => w.Done(step));

        public override void After(Step step, PlayContext playing) =>
            Array.ForEach(Watches, w => w.After(step, playing));

        public override void End(PlayContext playing) => Array.ForEach(Watches, w => w.End(playing));

        public override void Failed(Exception failure) => Array.ForEach(Watches, w => w.Failed(failure));

        public override void Undoing(JournalEntry entry, Journal journal) =>
            Array.ForEach(Watches, w => w.Undoing(entry, journal));

        public override void UndoBegun(JournalEntry entry) => Array.ForEach(Watches, w => w.UndoBegun(entry));

        public override void UndoDone(JournalEntry entry) => Array.ForEach(Watches, w => w.UndoDone(entry));

        public override void Undone(JournalEntry entry, Journal journal) =>
            Array.ForEach(Watches, w => w.Undone(entry, journal));
    }
}
