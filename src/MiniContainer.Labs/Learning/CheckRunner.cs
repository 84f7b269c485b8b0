// Runs the check of a step. The check says what it observed to be wrong; a check that fails without a word is broken
// itself, and lab tells the learner so.

using MiniContainer.Labs.Course;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Learning;

/// <summary>What a check said.</summary>
/// <param name="Passed">Whether the world is as it should be.</param>
/// <param name="Observation">What was observed to be wrong; "" if it passed.</param>
/// <param name="Defect">What is wrong with the check itself; null if nothing is.</param>
internal sealed record CheckResult(bool Passed, string Observation, string? Defect);

/// <summary>Runs checks.</summary>
internal static class CheckRunner
{
    /// <summary>
    /// A check answers in a second. This is only for a check that hangs; a first build of container.cs fits in.
    /// </summary>
    public static int Seconds => 90 * Pace.Factor;

    /// <summary>Runs the check of a step.</summary>
    /// <param name="place">Where; null where we are.</param>
    /// <param name="workplace">Whose work is checked.</param>
    /// <param name="step">The step.</param>
    /// <param name="inputs">The inputs of the lab.</param>
    public static CheckResult Run(
        Node? place, Workplace workplace, LabStep step, IReadOnlyDictionary<string, string> inputs)
    {
        if (!Directory.Exists(workplace.Directory))
            return new CheckResult(false, $"The directory {workplace.Directory} is gone; `lab reset` brings it back.",
                null);
        var file = Path.Combine("labs", workplace.Lab.Name, "lab.yaml");
        var end = Script.Run(place, workplace, inputs, ["-c", Text(step), file], Seconds);
        var said = end.Output.Trim();
        return end.Code switch
        {
            0 => new CheckResult(true, "", null),
            1 when said.Length > 0 => new CheckResult(false, said, null),
            _ when end.TimedOut =>
                new CheckResult(false,
                    $"The check did not come to an end within {Seconds} seconds: something that it waits for hangs. "
                    + $"(If this machine is only slow: {Pace.Variable}={Pace.Factor * 2} lab check.)",
                    null),
            _ => new CheckResult(false, "",
                ($"{file}:{step.CheckLine}: the check of {step.Id} ended with exit code {end.Code} and without an "
                    + $"observation\n{end.All}").TrimEnd()),
        };
    }

    // Empty lines before it, so that bash's own messages name the lines of lab.yaml.
    private static string Text(LabStep step) =>
        "set -eu -o pipefail; . \"$LAB_ROOT/labs/check.sh\"" + new string('\n', Math.Max(1, step.CheckLine - 1))
        + step.Check;
}
