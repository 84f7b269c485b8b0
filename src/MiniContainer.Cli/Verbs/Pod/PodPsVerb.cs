// minic pod ps: the pods and their containers (lab 21-pod).

using System.CommandLine;
using System.Globalization;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Verbs.Pod;

/// <summary>The verb <c>pod ps</c>.</summary>
internal sealed class PodPsVerb : PodVerb
{
    private readonly Option<bool> quiet = Flag("--quiet", "Names only.", "-q");

    public PodPsVerb(GlobalOptions globals)
        : base("ps", "List pods, their addresses and their containers.", globals) => Add(quiet);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var pods = PodState.All(Globals.Root(parsed)).ToList();
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(quiet))
        {
            pods.ForEach(p => output.WriteLine(p.Name));
            return 0;
        }

        List<string[]> rows = [["POD", "STATUS", "ADDRESS", "AGE", "CONTAINER", "STATUS", "PID"]];
        foreach (var pod in pods)
        {
            var head = new[] { pod.Name, pod.Status, pod.Addresses.Length > 0 ? pod.Addresses : "-",
                Age(DateTimeOffset.UtcNow - pod.Header.Created) };
            var containers =
                pod.Containers.Select(c =>
                    new[] { c.Name, c.Status,
                        c.Process.Alive
                            ? c.Process.Pid.ToString(CultureInfo.InvariantCulture)
                            : "-" }).DefaultIfEmpty(["-", "-", "-"]);
            foreach (var container in containers)
            {
                rows.Add([.. head, .. container]);
                // What belongs to the pod stands in its first line.
                head = ["", "", "", ""];
            }
        }

        Table.Write(output, rows);
        pods.ForEach(p => UnreadJournal.Warn($"pod {p.Name}", p.Name, p.Unread));
        return 0;
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
        { TotalHours: < 2 } => $"{(int)age.TotalMinutes}m",
        { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
        _ => $"{(int)age.TotalDays}d",
    };
}
