// The console blocks of a lesson, and how cram(1) gets to run them. All blocks of a lesson are one bash session. A
// learner's terminal and cram's pipe differ, so each command is wrapped:
//
//     the lesson                                    the file for cram
//     $ ./container.cs run /bin/sh                    $ {
//     / # hostname                                    > ./container.cs run /bin/sh
//     box                                             > } <<'LAB_INPUT'
//                                                     > hostname
//                                                     > LAB_INPUT
//
// What is typed at the prompt of a container is fed to the command; every other one reads /dev/null, or it would eat
// the commands after it. cram writes down what each command printed; Comparison.cs compares that with the lesson.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Lessons;

/// <summary>A line of a lesson.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Text">What stands there.</param>
internal sealed record LessonLine(int Number, string Text);

/// <summary>A command of a transcript.</summary>
/// <param name="Block">Where it stands.</param>
/// <param name="Line">The line of the lesson.</param>
/// <param name="Typed">What is typed, the first line and its continuations.</param>
/// <param name="Input">What is typed at the prompts of what it starts.</param>
/// <param name="Expected">What the lesson says that it prints.</param>
internal sealed record TranscriptCommand(Block Block, int Line, IReadOnlyList<string> Typed,
    IReadOnlyList<string> Input, IReadOnlyList<LessonLine> Expected);

/// <summary>Reads transcripts, writes them for cram, and reads what cram wrote.</summary>
internal static partial class Transcript
{
    private const string Marker = "command ";

    /// <summary>The commands of a console block.</summary>
    /// <param name="file">What to call the lesson in errors.</param>
    /// <param name="block">The block.</param>
    /// <exception cref="MinicException">It does not begin with a command.</exception>
    public static IReadOnlyList<TranscriptCommand> Commands(string file, Block block)
    {
        var commands = new List<TranscriptCommand>();
        for (var i = 0; i < block.Lines.Count;)
        {
            if (!block.Lines[i].StartsWith("$ ", StringComparison.Ordinal))
                throw new MinicException("read the transcript",
                    $"{file}:{block.Line + i}: a console block begins with a command",
                    "Write \"$ \" before it, or make it a text block.");
            var (begin, typed) = (i, new List<string> { block.Lines[i++][2..] });
            while (i < block.Lines.Count
                && (block.Lines[i] == ">" || block.Lines[i].StartsWith("> ", StringComparison.Ordinal)))
                typed.Add(block.Lines[i++] is { Length: > 2 } line ? line[2..] : "");
            var (input, expected) = (new List<string>(), new List<LessonLine>());
            for (; i < block.Lines.Count && !block.Lines[i].StartsWith("$ ", StringComparison.Ordinal); i++)
            {
                if (InnerPrompt().Match(block.Lines[i]) is { Success: true } inner)
                    input.Add(inner.Groups["typed"].Value);
                else
                    expected.Add(new LessonLine(block.Line + i, block.Lines[i]));
            }

            commands.Add(new TranscriptCommand(block, block.Line + begin, typed, input, expected));
        }

        return commands;
    }

    /// <summary>The file that cram runs. What it expects is left out: cram then writes all that it sees.</summary>
    public static string ToCram(IReadOnlyList<TranscriptCommand> commands)
    {
        var text = new StringBuilder();
        foreach (var (command, index) in commands.Select((c, i) => (c, i)))
        {
            // A line that is not indented is a comment, and ends the output of the command before.
            text.Append(CultureInfo.InvariantCulture, $"{Marker}{index}\n  $ {{\n");
            foreach (var line in command.Typed)
                text.Append(CultureInfo.InvariantCulture, $"  > {line}\n");
            text.Append(command.Input.Count == 0 ? "  > } </dev/null\n" : "  > } <<'LAB_INPUT'\n");
            foreach (var line in command.Input)
                text.Append(CultureInfo.InvariantCulture, $"  > {line}\n");
            text.Append(command.Input.Count == 0 ? "" : "  > LAB_INPUT\n");
        }

        return text.Append("end\n").ToString();
    }

    /// <summary>What each command printed, by the file that cram has written.</summary>
    /// <param name="commands">The commands, as they were given to <see cref="ToCram"/>.</param>
    /// <param name="written">The file's text.</param>
    public static IReadOnlyList<IReadOnlyList<string>> FromCram(IReadOnlyList<TranscriptCommand> commands,
        string written)
    {
        var lines = written.Split('\n');
        return [.. commands.Select((command, index) =>
        {
            var head = 1 + command.Typed.Count + 1 + (command.Input.Count == 0 ? 0 : command.Input.Count + 1);
            var begin = Array.IndexOf(lines, string.Create(CultureInfo.InvariantCulture, $"{Marker}{index}")) + 1
                + head;
            return (IReadOnlyList<string>)[.. lines.Skip(begin)
                .TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal)).Select(l => Plain(l[2..]))];
        })];
    }

    // cram marks a last line without an end, and writes bytes beyond ASCII as \x with two digits.
    private static string Plain(string line)
    {
        if (line.EndsWith(" (no-eol)", StringComparison.Ordinal))
            line = line[..^" (no-eol)".Length];
        if (!line.EndsWith(" (esc)", StringComparison.Ordinal))
            return line;
        var bytes = new List<byte>();
        foreach (Match part in Escape().Matches(line[..^" (esc)".Length]))
        {
            bytes.AddRange(part.Value switch
            {
                "\\t" => "\t"u8.ToArray(),
                "\\r" => "\r"u8.ToArray(),
                "\\\\" => "\\"u8.ToArray(),
                ['\\', 'x', ..] hex => [Convert.ToByte(hex[2..], 16)],
                var other => Encoding.UTF8.GetBytes(other),
            });
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // "/ # ls", "~ $ ls", "box# ls", "root@box:/# ls": what shells in containers show. Output does not look like that.
    [GeneratedRegex(@"^(?:[A-Za-z0-9_.@:~/-]+ ?)[#$] (?<typed>.+)$")]
    private static partial Regex InnerPrompt();

    [GeneratedRegex(@"\\x[0-9a-f]{2}|\\[tr\\]|[^\\]+|\\")]
    private static partial Regex Escape();
}
