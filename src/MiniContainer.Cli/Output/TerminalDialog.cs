// --step on a terminal: the step in the words of --explain, a prompt, single keys, and what has changed. It speaks on
// stderr, since stdout is the command's. The terminal hands over single keys only while it is asked: whatever ends
// minic in between finds it as it was (labs 01-run, 03-threads; termios(3)).

using System.Globalization;
using System.Runtime.InteropServices;
using MiniContainer.Kernel;
using MiniContainer.Observation;
using MiniContainer.Telling.Explain;
using MiniContainer.Telling.Stepping;

namespace MiniContainer.Cli;

/// <summary>The person at this process's terminal.</summary>
internal sealed class TerminalDialog : StepDialog
{
    private const byte CtrlC = 3;
    private const byte CtrlD = 4;

    private readonly bool colour = Screen.Colours(2);
    private bool greeted;
    private int indent;

    /// <inheritdoc/>
    public override StepAnswer Ask(Moment moment)
    {
        Tell(moment);
        if (!greeted)
            Console.Error.WriteLine(Coloured("\nEnter plays a step; ? tells the other keys.", "2"));
        greeted = true;
        while (true)
        {
            Console.Error.Write(Coloured($"\n{moment.Step.Number} of {moment.Of}", "1")
                + Coloured(" [Enter n s i c q ?] ", "2"));
            var key = ReadKey();
            // What was chosen stays to be read, for those who look on; Enter is seen by what it does.
            Console.Error.WriteLine(key is > (byte)' ' and < 0x7f ? $"{(char)key}" : "");
            switch (key)
            {
                case (byte)'\n' or (byte)'\r':
                    return StepAnswer.Play;
                case (byte)'n':
                    return StepAnswer.PlayChapter;
                case (byte)'c':
                    return StepAnswer.GoOn;
                case (byte)'q' or CtrlC or CtrlD or null:
                    return StepAnswer.Quit;
                case (byte)'s':
                    Open(() =>
                    {
                        Say("A shell where minic is. exit leads back.");
                        LookShell.Outside();
                    });
                    break;
                case (byte)'i' when moment is { Inside: { } name, InsidePid: { } pid }:
                    Open(() => LookShell.Inside(pid, name, Say));
                    break;
                case (byte)'i':
                    Say("There is no child yet into which one could look.");
                    break;
                default:
                    Help(moment);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Tell(Moment moment)
    {
        indent = ExplanationText.IndentOf($"{moment.Of}".Length, moment.ActorWidth);
        if (moment.Chapter is { } chapter)
        {
            foreach (var line in ExplanationText.Wrap($"-- {chapter}: {moment.ChapterSays}", Screen.Width())
                .Prepend(""))
                Console.Error.WriteLine(Coloured(line, "1;35"));
        }

        if (moment.Brief)
        {
            var undo = moment.Direction != "backward"
                ? "" : moment.Step.Undo.Count == 0 ? "nothing to undo: " : "undo: ";
            foreach (var line in
                ExplanationText.Wrap(
                    $"{moment.Step.Number.ToString(CultureInfo.InvariantCulture).PadLeft($"{moment.Of}".Length)}  "
                        + $"{moment.Step.Actor}  {undo}{moment.Step.Title}", Screen.Width()))
                Console.Error.WriteLine(line);
            return;
        }

        new ExplanationText(Console.Error, Screen.Width(), colour).Write(moment.Step, moment.Direction, moment.Of,
            moment.ActorWidth);
        if (moment.Note is { } note)
            Say(note);
    }

    /// <inheritdoc/>
    public override void Show(Difference difference) =>
        new DifferenceText(Console.Error, Screen.Width(), colour).Write(difference, indent);

    /// <inheritdoc/>
    public override void Say(string text)
    {
        foreach (var line in text.Split('\n').SelectMany(l => ExplanationText.Wrap(l, Screen.Width())))
            Console.Error.WriteLine(Coloured(line, "33"));
    }

    private static void Help(Moment moment)
    {
        var undo = moment.Direction == "backward";
        Console.Error.WriteLine($"""
              Enter   {(undo ? "undo this step" : "play this step, and show what it changes")}
              n       {(undo ? "undo" : "play")} on to the next chapter, without waiting
              s       a shell where minic is, to look around
              i       {(undo ? "(of a play that goes forward: a shell where the child is)" : $"a shell where {moment.Inside ?? "the child, once there is one,"} is by now")}
              c       go on without waiting
              q       {(undo ? "stop, if nothing has been undone; else undo the rest without waiting" : "no more: undo what was begun, and end with exit code 125")}
              Ctrl-C  the same as q
            """);
    }

    // Signals that would end minic are the answer "quit" while it asks: it goes, but not before it has put all back.
    private static byte? ReadKey()
    {
        var (read, write) = Libc.PipePair();
        using (read)
        using (write)
        {
            var signals = new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP,
                PosixSignal.SIGQUIT }.Select(s => PosixSignalRegistration.Create(s, context =>
            {
                context.Cancel = true;
                write.Dispose();
            })).ToList();
            using var terminal = StandardStreams.Get(0);
            using var keys = Terminal.Keys(terminal);
            var key = Terminal.ReadKey(terminal, until: read);
            signals.ForEach(s => s.Dispose());
            return key;
        }
    }

    private void Open(Action shell)
    {
        try
        {
            shell();
        }
        catch (MinicException e)
        {
            // What cannot be looked at is no reason to give up.
            Say(e.Message);
        }
    }

    private string Coloured(string text, string code) => colour ? $"\e[{code}m{text}\e[0m" : text;
}
