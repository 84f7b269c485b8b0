// lab: the workshop. `lab start 01` begins it; `lab` alone shows where one stands. `lab world` makes the small world
// that labs and tests run in; each verb is a file in Verbs/. Exit codes are minic's: 125 for lab's own failure, 126 and
// 127 when a command cannot be executed or found.

using System.CommandLine;
using System.CommandLine.Help;
using MiniContainer.Kernel;
using MiniContainer.Labs.Verbs;
using MiniContainer.Plans;

var root = new RootCommand("The workshop: a container from scratch, and the small world that it is built in.")
{
    StartVerb.Create(),
    NextVerb.Create(),
    CheckVerb.Create(),
    HintVerb.Create(),
    WatchVerb.Create(),
    StartVerb.CreateShell(),
    SolutionVerb.Create(),
    ResetVerb.Create(),
    ListVerb.Create(),
    ProgressVerb.Create(),
    VerifyVerb.Create(),
    RenderVerb.Create(),
    WorldVerb.Create(),
    ServeVerb.Create(),
};
// -h is enough, and a shell would complete the others.
var help = root.Options.OfType<HelpOption>().Single();
help.Aliases.Clear();
help.Aliases.Add("-h");
root.SetAction(_ => ProgressVerb.Show());
Warnings.Sink = message => Console.Error.WriteLine("lab: warning: " + message);
try
{
    // A word that begins with @ is a word, not the name of a file with more of them.
    var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    // Signals are for the command that runs in the world: CommandRun passes them on.
    return parsed.Invoke(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    });
}
catch (MinicException e)
{
    Console.Error.WriteLine("lab: " + e.Message);
    return e.ExitCode;
}
