// minic ps: the processes in a container, as the host sees them (labs 04-pid, 08-cgroups: its cgroup knows them all).

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>ps</c>.</summary>
internal sealed class PsVerb : RuntimeVerb
{
    private readonly Argument<string> id;
    private readonly Option<string> format = Format();
    private readonly Argument<string[]> options = new("PS-OPTIONS")
    {
        Description = "Options of ps(1); -ef where not given.",
        CaptureRemainingTokens = true,
        Arity = ArgumentArity.ZeroOrMore,
    };

    public PsVerb(GlobalOptions globals)
        : base("ps", "Show the processes in a container, with the pids that they have on the host.", globals)
    {
        Add(format);
        Add(id = ContainerIdArgument());
        Add(options);
        Examples = [("minic ps box", "As ps -ef has them."),
            ("minic ps box -o pid,nlwp,args",
                "What follows the id is for ps(1); its columns must have PID among them.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var output = parsed.InvocationConfiguration.Output;
        var pids = Container.Load(Globals.Root(parsed), parsed.GetValue(id)!).Processes();
        if (parsed.GetValue(format) == "json")
        {
            output.WriteLine(JsonText.Write(pids, ReportJson.Default.IReadOnlyListInt32));
            return 0;
        }

        var given = parsed.GetValue(options) ?? [];
        var lines = Ps(given is ["--", ..] ? given[1..] : given);
        var column = Array.IndexOf(Words(lines[0]), "PID");
        if (column < 0)
            throw new MinicException("read what ps shows", "there is no column PID",
                "Choose columns with PID among them: minic ps ID -o pid,args.");
        output.WriteLine(lines[0]);
        foreach (var line in lines.Skip(1)
            .Where(l => Words(l) is var words && words.Length > column
                && int.TryParse(words[column], CultureInfo.InvariantCulture, out var pid) && pids.Contains(pid)))
            output.WriteLine(line);
        return 0;
    }

    // Which columns there are and what they mean is ps's own business, as it is runc's way.
    private static string[] Ps(string[] arguments)
    {
        var start = new ProcessStartInfo("ps", arguments.Length == 0 ? ["-ef"] : arguments)
        {
            RedirectStandardOutput = true,
        };
        try
        {
            using var ps = Process.Start(start)!;
            var lines = ps.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            ps.WaitForExit();
            return ps.ExitCode == 0 && lines.Length > 0
                ? lines : throw new MinicException("show the processes", $"ps ended with {ps.ExitCode}",
                    "Its own message says why.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MinicException("show the processes", $"ps: {e.Message}",
                "Install it (apt install procps), or ask for --format json.", inner: e);
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
