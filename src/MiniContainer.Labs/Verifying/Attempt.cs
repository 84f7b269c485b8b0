// One attempt at a lab, as a learner would make it, and without a learner: a world of its own, the lab's files, fresh
// inputs. At its end all of it goes away again.

using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;

namespace MiniContainer.Labs.Verifying;

/// <summary>An attempt at a lab.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly Workplace _workplace;

    /// <summary>Begins one.</summary>
    /// <param name="workplace">The directory, which is emptied, and the world, which is made.</param>
    /// <param name="inputs">The inputs; null to draw them.</param>
    public Attempt(Workplace workplace, IReadOnlyDictionary<string, string>? inputs = null)
    {
        _workplace = workplace;
        Inputs = inputs ?? Course.Inputs.DrawAll(workplace.Lab);
        workplace.TakeDown();
        _workplace.Empty();
        _workplace.PutFiles(again: true);
        _ = workplace.BringUp(foreground: true);
    }

    /// <summary>The inputs.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; }

    /// <summary>Runs the check of a step.</summary>
    public CheckResult Check(LabStep step) => CheckRunner.Run(_workplace.World.Host, _workplace, step, Inputs);

    /// <summary>Runs a solution, or what is meant to be one.</summary>
    public ScriptEnd Play(string file) =>
        Script.Run(_workplace.World.Host, _workplace, Inputs, [file], CheckRunner.Seconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        _workplace.TakeDown();
        _workplace.Empty();
    }
}
