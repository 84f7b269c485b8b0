// The shell of a lab: bash in the world's host, in the learner's directory, with the inputs in its environment and
// `lab` and `minic` on its path. Its prompt says which lab and which place.

using System.Globalization;
using MiniContainer.Kernel;
using MiniContainer.Labs.Worlds;
using MiniContainer.Nodes.Model;

namespace MiniContainer.Labs.Learning;

/// <summary>Opens shells.</summary>
internal static class LabShell
{
    /// <summary>A shell, until it ends.</summary>
    /// <param name="session">The lab.</param>
    /// <param name="place">Where.</param>
    /// <param name="inputs">The inputs.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(Session session, Node place, IReadOnlyDictionary<string, string> inputs)
    {
        File.WriteAllText($"{place.Run}/lab-bashrc", Start(session, place));
        var environment = new Dictionary<string, string>(session.Workplace.Environment_(inputs))
        {
            [Request.Variable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        };
        // What the user's own files do to the path comes before ours.
        environment["LAB_PATH"] = environment["PATH"];
        // A reset from another terminal kills it, in the middle of a line that is being typed.
        using var input = StandardStreams.Get(0);
        using var kept = Terminal.Keep(input);
        return CommandRun.Run(place, new PlaceCommand(["bash", "--rcfile", "/run/lab-bashrc"])
        {
            Directory = session.Workplace.Directory,
            Environment = environment,
        });
    }

    // Exit twice: with stopped jobs bash only warns the first time.
    private static string Start(Session session, Node place) => $$"""
        [ ! -r ~/.bashrc ] || . ~/.bashrc
        [ ! -r '{{session.Course.Root}}/scripts/completion.bash' ] || . '{{session.Course.Root}}/scripts/completion.bash'
        PATH=$LAB_PATH
        PS1='\[\e[1;36m\]lab {{session.Lab.Number:00}}\[\e[0m\] {{place.Name}}:\W\$ '
        lab() {
          local code=0
          command lab "$@" || code=$?
          [ $code != {{Request.ExitCode}} ] || { exit $code 2>/dev/null; exit $code; }
          return $code
        }

        """;
}
