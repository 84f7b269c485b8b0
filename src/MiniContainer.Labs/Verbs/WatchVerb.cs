// lab watch: checks again whenever something has changed: a file of the learner's, a process or a mount in the world.
// For a second terminal. The kernel tells of the first only, so all are looked at twice a second.

using System.CommandLine;
using System.Globalization;
using MiniContainer.Labs.Course;
using MiniContainer.Labs.Learning;
using MiniContainer.Labs.Screen;
using MiniContainer.Nodes.Steps;

namespace MiniContainer.Labs.Verbs;

/// <summary>lab watch.</summary>
internal static class WatchVerb
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var lab = LabArgument.Create();
        var command = new Command("watch", "Checks again at each change, until the lab is done or Ctrl-C.") { lab };
        command.SetAction(parsed =>
        {
            var session = Session.Find(parsed.GetValue(lab));
            Page.Say($"Watching lab {session.Lab.Number:00}; Ctrl-C ends it.");
            Watch(session);
            return 0;
        });
        return command;
    }

    private static void Watch(Session session)
    {
        var (seen, said) = ("", "");
        while (Progress.Open(session.Lab, session.Begun()) is { } open)
        {
            var now = open.Id + Fingerprint(session);
            if (now != seen)
            {
                // A check makes and ends processes of its own; what is new after it is not the learner's.
                var observed = Observe(session, open);
                if (observed is null)
                    _ = CheckVerb.Check(session);
                else if (observed != said)
                    Page.Lines(
                        $"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {open.Title}: {observed}");
                said = observed ?? "";
                seen = open.Id + Fingerprint(session);
            }

            Thread.Sleep(500);
        }
    }

    private static string? Observe(Session session, LabStep open)
    {
        var inputs = session.Progress.Load(session.Lab).Inputs;
        var result = CheckRunner.Run(CheckVerb.Enter(session), session.Workplace, open, inputs);
        return result.Passed ? null : result.Defect ?? result.Observation;
    }

    private static string Fingerprint(Session session)
    {
        var world = session.Workplace.World;
        var places = LabHost.IsInside(world) ? [] : world.Places.SelectMany(p => p.Namespaces()).ToList();
        var directory = new DirectoryInfo(session.Workplace.Directory);
        var files = directory.Exists
            ? directory.EnumerateFileSystemInfos().Select(f => $"{f.Name} {f.LastWriteTimeUtc.Ticks}") : [];
        return string.Join('\n',
            [.. files.Order(StringComparer.Ordinal),
                .. NodeProcesses.Find(places).Select(p => $"{p.Pid} {string.Join(' ', p.Words)}")]);
    }
}
