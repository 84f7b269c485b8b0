// Where a learner stands: which lab is meant when none is named, and what belongs to it.

using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Learning;

/// <summary>A learner at a lab.</summary>
/// <param name="Course">The course.</param>
/// <param name="Lab">The lab.</param>
/// <param name="Workplace">Where it is worked at.</param>
/// <param name="Progress">What is remembered.</param>
internal sealed record Session(Catalogue Course, Lab Lab, Workplace Workplace, Progress Progress)
{
    /// <summary>The lab that is named; else that of the shell we are in; else the one that was started last.</summary>
    /// <exception cref="MinicException">None is named, and none was started.</exception>
    public static Session Find(string? word)
    {
        var (course, progress) = (Catalogue.Find(), Progress.Own());
        var meant = word
            ?? (Environment.GetEnvironmentVariable("LAB") is { Length: > 0 } shell ? shell : progress.Current)
            ?? throw new MinicException("find your lab", "you have started none", "Begin with: lab start 01.");
        var lab = course.Named(meant);
        return new Session(course, lab, Workplace.Own(course, lab), progress);
    }

    /// <summary>The state of a lab that was begun.</summary>
    /// <exception cref="MinicException">It was not.</exception>
    public LabState Begun() => Progress.HasBegun(Lab)
        ? Progress.Load(Lab)
        : throw new MinicException($"go on with lab {Lab.Name}", "it was not started",
            $"Start it: lab start {Lab.Number:00}.");

    /// <summary>Begins the lab, or goes on with it: inputs, files, and what they need.</summary>
    public LabState Begin()
    {
        Progress.SetCurrent(Lab);
        // Inputs that lab.yaml has got since are drawn too.
        var state = Progress.Update(Lab, s => s.Inputs.Keys.ToHashSet().SetEquals(Lab.Inputs.Keys) ? s : s with
        {
            Inputs = Inputs.DrawAll(Lab),
        });
        Workplace.PutFiles(again: false);
        RootFileSystem.Ensure(Course);
        return state;
    }
}
