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
            var stand = Stand.Find(parsed.GetValue(lab));
            Page.Say($"Watching lab {stand.Lab.Number:00}; Ctrl-C ends it.");
            Watch(stand);
            return 0;
        });
        return command;
    }

    private static void Watch(Stand stand)
    {
        var (seen, said) = ("", "");
        while (Memory.Open(stand.Lab, stand.Begun()) is { } open)
        {
            var now = open.Id + Fingerprint(stand);
            if (now != seen)
            {
                // A check makes and ends processes of its own; what is new after it is not the learner's.
                var observed = Observe(stand, open);
                if (observed is null)
                    _ = CheckVerb.Check(stand);
                else if (observed != said)
                    Page.Lines(
                        $"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {open.Title}: {observed}");
                said = observed ?? "";
                seen = open.Id + Fingerprint(stand);
            }

            Thread.Sleep(500);
        }
    }

    private static string? Observe(Stand stand, LabStep open)
    {
        var result = Checking.Run(CheckVerb.Enter(stand), stand.Workplace, open, stand.Memory.Load(stand.Lab).Inputs);
        return result.Passed ? null : result.Defect ?? result.Observation;
    }

    private static string Fingerprint(Stand stand)
    {
        var world = stand.Workplace.World;
        var places = Ground.IsInside(world) ? [] : world.Places.SelectMany(p => p.Namespaces()).ToList();
        var directory = new DirectoryInfo(stand.Workplace.Directory);
        var files = directory.Exists
            ? directory.EnumerateFileSystemInfos().Select(f => $"{f.Name} {f.LastWriteTimeUtc.Ticks}") : [];
        return string.Join('\n',
            [.. files.Order(StringComparer.Ordinal),
                .. Inhabitants.Find(places).Select(p => $"{p.Pid} {string.Join(' ', p.Words)}")]);
    }
}
