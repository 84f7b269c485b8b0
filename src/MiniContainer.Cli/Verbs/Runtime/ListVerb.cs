// minic list: the containers below the root.

using System.CommandLine;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>list</c>.</summary>
internal sealed class ListVerb : RuntimeVerb
{
    private readonly Option<string> format = Format();
    private readonly Option<bool> quiet = Flag("--quiet", "Show the ids alone.", "-q");

    public ListVerb(GlobalOptions globals)
        : base("list", "Show the containers.", globals)
    {
        Aliases.Add("ls");
        Add(format);
        Add(quiet);
        Examples = [("minic list -q | xargs -n 1 minic delete -f", "Removes all containers.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var containers = Container.All(Globals.Root(parsed)).ToList();
        if (parsed.GetValue(quiet))
            containers.ForEach(c => output.WriteLine(c.Id));
        else if (parsed.GetValue(format) == "json")
            output.WriteLine(StateReport.ToJson([.. containers.Select(StateReport.Of)]));
        else
            Table.Write(output,
                [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"],
                    .. containers.Select(c => Row(StateReport.Of(c)))]);
        // A reader of JSON finds it there.
        if (parsed.GetValue(format) != "json")
            containers.ForEach(c => UnreadJournal.Warn($"container {c.Id}", c.Id, c.Unread));
        return 0;
    }

    private static string[] Row(StateReport r) =>
        [r.Id, r.Pid.ToString(CultureInfo.InvariantCulture), r.Status, r.Bundle,
            r.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture), r.Owner];
}
