// A step that makes something of a shared thing: the bridge of a network, a setting of the host. Each user's plan has
// it; it goes to the thing's journal (SharedThing.cs), and its undo is played with the last user. What was there before
// is looked for under the lock, and written down with the intent: the undo must know it though minic dies in the middle
// of the step. Lab 22-cni.

namespace MiniContainer.Plans;

/// <summary>A step about a shared thing.</summary>
/// <param name="Directory">The thing's directory: /run/minic/networks/minic.</param>
public abstract record SharedStep(string Directory) : Step
{
    /// <summary>What was there before it was begun, in a journal; null in a plan.</summary>
    public StepResult? Found { get; init; }

    /// <inheritdoc/>
    public sealed override string Shared => Directory;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> UndoCallTexts => Found?.Made == false ? [] : WayBack;

    /// <inheritdoc/>
    public sealed override IReadOnlyList<string> UndoByHand => Found?.Made == false ? [] : WayBackByHand;

    /// <summary>What its undo calls, if it made something.</summary>
    protected abstract IReadOnlyList<string> WayBack { get; }

    /// <summary>The same as lines of a shell script.</summary>
    protected abstract IReadOnlyList<string> WayBackByHand { get; }

    /// <summary>Whether it made something that is to be undone.</summary>
    protected bool IsOurs => Found?.Made == true;

    /// <summary>Looks, under the lock, what there is before it is done.</summary>
    /// <param name="thing">What it is about.</param>
    /// <returns>
    /// <see cref="StepResult.Made"/> says whether there is anything to make, <see cref="StepResult.Was"/> what a file
    /// holds.
    /// </returns>
    /// <exception cref="Kernel.MinicException">It cannot be done here.</exception>
    public abstract StepResult Find(SharedThing thing);

    /// <summary>Whether a step in the thing's journal does the same as this one.</summary>
    public virtual bool IsSame(SharedStep other) => Bare(this) == Bare(other);

    /// <summary>Makes what is missing; played again by each user, under the lock.</summary>
    /// <inheritdoc cref="Step.Do" path="/param"/>
    /// <inheritdoc cref="Step.Do" path="/exception"/>
    public abstract override StepResult? Do(PlayContext playing);

    /// <summary>
    /// The file to which scripts of --by-hand append the shell line that undoes such a step, before they do it.
    /// </summary>
    protected string ByHandFile => ByHandFileOf(Directory);

    /// <summary>
    /// The same of any thing. It lies among the users: what a script made is in use until the script's own undo.
    /// </summary>
    public static string ByHandFileOf(string directory) => $"{SharedThing.UsersOf(directory)}/.by-hand";

    private static SharedStep Bare(SharedStep step) => step with { Found = null, Why = "" };
}
