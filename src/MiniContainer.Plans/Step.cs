// A step: one thing done to the kernel, as data that can be played, undone, explained and written down by hand.
// Runtime steps are records under Steps/; a child's steps are on its tape (ChildStep). See
// docs/decisions/0001-plans.md.

namespace MiniContainer.Plans;

/// <summary>One step of a <see cref="Plan"/>.</summary>
/// <remarks>Undo is idempotent and needs only the journal: minic computes names from the container's id.</remarks>
public abstract record Step
{
    /// <summary>Why this step is there, and why there: a sentence.</summary>
    public string Why { get; init; } = "";

    /// <summary>Who does it: "minic", or the name of the child on whose tape it stands.</summary>
    public virtual string Actor => "minic";

    /// <summary>What it does, in a few words: "make the bridge minic0".</summary>
    public abstract string Title { get; }

    /// <summary>The calls in the kernel's own words, as strace(1) prints them.</summary>
    public abstract IReadOnlyList<string> CallTexts { get; }

    /// <summary>The man page that tells more: "pivot_root(2)".</summary>
    public abstract string Man { get; }

    /// <summary>The lab that teaches it: "06-mounts".</summary>
    public abstract string Lab { get; }

    /// <summary>What it is about, and how several of its kind are told together.</summary>
    public virtual Subject Subject => new(Chapter.OfLab(Lab));

    /// <summary>The same by hand: lines of a POSIX shell script.</summary>
    public abstract IReadOnlyList<string> ByHand { get; }

    /// <summary>
    /// What <see cref="Undo"/> calls, as <see cref="CallTexts"/>; empty where nothing is to be undone.
    /// </summary>
    public virtual IReadOnlyList<string> UndoCallTexts => [];

    /// <summary>The undo by hand; no lines where nothing is to be undone.</summary>
    public virtual IReadOnlyList<string> UndoByHand => [];

    /// <summary>Whether what it did stays once the whole plan was played: its undo is for a start that fails.</summary>
    public virtual bool StaysOnceUp => false;

    /// <summary>
    /// Files in which one can see what it did: those that it makes, and the kernel's own that it writes.
    /// </summary>
    public virtual IReadOnlyList<string> Places => [];

    /// <summary>
    /// The directory of the shared thing that it is about, and in whose journal it stands; null for the plan's own.
    /// </summary>
    public virtual string? Shared => null;

    /// <summary>The shared thing that it makes a user of; null for none. The players join it and leave it.</summary>
    public virtual SharedUse? Uses => null;

    /// <summary>Whether it changes nft's rules: to list them is dear where there are many.</summary>
    public virtual bool ChangesRules => false;

    /// <summary>
    /// The kernel setting (sysctl(8)) that it changes in the network namespace of a child; null for none.
    /// </summary>
    public virtual (string Child, string Setting)? SettingInside => null;

    /// <summary>Does it.</summary>
    /// <returns>What the undo will need besides the step itself, or null.</returns>
    /// <exception cref="Kernel.MinicException">
    /// It could not be done; what was half done is left to <see cref="Undo"/>.
    /// </exception>
    public abstract StepResult? Do(PlayContext playing);

    /// <summary>Undoes it, wholly or half done, once or again.</summary>
    /// <param name="facts">What <see cref="Do"/> returned; null if it did not get that far.</param>
    /// <exception cref="Kernel.MinicException">Something is left; a later undo may remove it.</exception>
    public virtual void Undo(StepResult? facts)
    {
    }
}

/// <summary>What a step found out while it was played, and its undo needs.</summary>
public sealed record StepResult
{
    /// <summary>A child's pid.</summary>
    public int? Pid { get; init; }

    /// <summary>
    /// When that child started, in clock ticks after boot; with the pid it names one process for good.
    /// </summary>
    public ulong? StartTime { get; init; }

    /// <summary>What a file held before.</summary>
    public string? Was { get; init; }

    /// <summary>Whether the step made the thing, rather than finding it there.</summary>
    public bool? Made { get; init; }
}

/// <summary>The use of a shared thing.</summary>
/// <param name="Directory">The thing's directory: /run/minic/networks/minic.</param>
/// <param name="Kind">What it is: "network".</param>
/// <param name="User">Who uses it: "box:eth0".</param>
public sealed record SharedUse(string Directory, string Kind, string User);
