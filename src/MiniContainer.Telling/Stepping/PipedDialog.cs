// The dialog of a play whose person sits at another process's terminal: a line of JSON each way, over a pair of
// sockets. If that process dies, the play reads end of file, which is the answer "quit". Lab 03-threads; socketpair(2).

using System.Text;
using System.Text.Json;

using MiniContainer.Observation;

namespace MiniContainer.Telling.Stepping;

/// <summary>Speaks through a stream to a person elsewhere.</summary>
/// <param name="stream">A connected socket; closed with this.</param>
public sealed class PipedDialog(Stream stream) : StepDialog, IDisposable
{
    private readonly StreamReader reader = new(stream, Encoding.UTF8);

    /// <inheritdoc/>
    public override StepAnswer Ask(Moment moment) =>
        Write(stream, new StepMessage { Ask = moment }) && Read(reader)?.Answer is { } answer
        ? answer : StepAnswer.Quit;

    /// <inheritdoc/>
    public override void Tell(Moment moment) => _ = Write(stream, new StepMessage { Tell = moment });

    /// <inheritdoc/>
    public override void Show(Difference difference) => _ = Write(stream, new StepMessage { Show = difference });

    /// <inheritdoc/>
    public override void Say(string text) => _ = Write(stream, new StepMessage { Say = text });

    /// <inheritdoc/>
    public void Dispose()
    {
        reader.Dispose();
        stream.Dispose();
    }

    /// <summary>The other end: hands everything on to a person who is here, until the play closes its end.</summary>
    /// <param name="stream">The other socket.</param>
    /// <param name="person">The person.</param>
    public static void Serve(Stream stream, StepDialog person)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        while (Read(reader) is { } message)
        {
            if (message.Tell is { } moment)
                person.Tell(moment);
            if (message.Show is { } difference)
                person.Show(difference);
            if (message.Say is { } text)
                person.Say(text);
            if (message.Ask is { } asked && !Write(stream, new StepMessage { Answer = person.Ask(asked) }))
                return;
        }
    }

    private static StepMessage? Read(StreamReader reader)
    {
        try
        {
            return reader.ReadLine() is { } line
                ? JsonSerializer.Deserialize(line, StepJson.Default.StepMessage) : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // The other process has been killed, maybe in the middle of a line.
            return null;
        }
    }

    private static bool Write(Stream stream, StepMessage message)
    {
        try
        {
            stream.Write(
                Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message, StepJson.Default.StepMessage) + "\n"));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
