// `minic`: read the command line, do what the verb says, tell how it ended. One file a verb in Verbs/; this floor alone
// writes to the console. Labs: 01-run for `minic run`, 12-oci for the other verbs.

using System.CommandLine;
using MiniContainer.Cli;
using MiniContainer.Kernel;
using MiniContainer.Plans;

Inherited.HearOfChildren();
Startup.Note();
var commandLine = new MinicCommand();
try
{
    CallerWords.Check(args);
    var words = Usage.Read(commandLine, args);
    var parsed = commandLine.Parse(words, MinicCommand.Parsing);
    Logs.Open(commandLine.Globals, parsed);
    Warnings.Sink = Failure.Warn;
    Usage.Check(parsed);
    commandLine.Globals.Check(parsed);
    // No handlers of the library's own: an exception is told below, and signals belong to the command that runs.
    return parsed.Invoke(new InvocationConfiguration
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    });
}
catch (Exception e)
{
    return commandLine.FailureCode(args, Failure.Tell(e));
}
finally
{
    Logs.Close();
}
