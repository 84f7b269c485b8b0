// The journal: what has been begun, done and undone, one JSON object a line. minic writes a step here before it begins
// it, so whatever happens to this process, another can read what there may be to undo. It lives under /run: a reboot
// takes the journal along with the kernel's state that it describes, so there is no fsync on the way.
//
//     {"open":{"kind":"container","id":"box","owner":{"pid":71,"startTime":9312}, ...}}
//     {"n":1,"begin":{"mkcgroup":{"path":"/sys/fs/cgroup/pids/minic/box", ...}}}
//     {"n":1,"done":{"made":true}}
//     {"up":true}                         all steps of the plan are done
//     {"down":true}                       undoing has begun: a minic that finds this is to end it
//     {"n":1,"undone":true}
//
// What this minic cannot read there is kept, and told by name (UnreadStep.cs). Only a last line without its newline is
// passed over: it was cut short by a death or a full disk before anything was done for it.
//
// The directory of the journal is locked (flock(2)) while a minic plays: see StateDirectory.cs, and SharedThing.cs for
// what several containers share.

using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The journal of one container or pod, or of a thing that several share.</summary>
public sealed class Journal : IDisposable
{
    /// <summary>The name of a journal in its directory.</summary>
    public const string FileName = "journal";

    private static readonly byte[] Newline = "\n"u8.ToArray();

    private readonly List<JournalEntry> entries = [];
    private readonly List<JournalExit> exits = [];
    private readonly ArrayBufferWriter<byte> buffer = new(1024);
    private readonly Utf8JsonWriter writer;
    private readonly string path;
    private readonly StepKinds kinds;
    private readonly SafeFileHandle file;

    // The highest number of a step so far.
    private int last;

    // Where the next line is written: after the last whole one.
    private long length;

    // Whether there is something behind that, which the next line overwrites; a reader leaves it alone.
    private bool cut;

    private Journal(string path, StepKinds kinds, FileMode mode)
    {
        (this.path, this.kinds) = (path, kinds);
        file = OpenFile(path, mode);
        // Written for minic alone: no character needs an escape for the sake of a browser.
        writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            SkipValidation = true,
        });
    }

    /// <summary>The kinds of steps that it may hold.</summary>
    internal StepKinds Kinds => kinds;

    /// <summary>Whose it is; null in a file whose first line was never written whole.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>The children that have ended, as far as their parent saw it.</summary>
    public IReadOnlyList<JournalExit> Exits => exits;

    /// <summary>The steps begun, in their order, and what cannot be read, where it stands.</summary>
    public IReadOnlyList<JournalEntry> Entries => entries;

    /// <summary>Whether the plan was played to its end.</summary>
    public bool Up { get; private set; }

    /// <summary>Whether undoing was begun: what is left has no owner any more.</summary>
    public bool Down { get; private set; }

    /// <summary>Whether nothing is left to undo.</summary>
    public bool Clean => entries.TrueForAll(e => e.Undone);

    /// <summary>
    /// Whether it is of no use any more: undoing was begun, or its owner is dead and did not come to the end of the
    /// plan, or was to take it along.
    /// </summary>
    /// <remarks>To be asked with the lock of its directory: so no other minic is playing.</remarks>
    public bool LeftOver => Header is null || Down || !Header.Owner.Alive && (Header.Foreground || !Up);

    /// <summary>
    /// Whether the plan may have been played to its end: it was, or a line that cannot be read may have said so.
    /// </summary>
    public bool MayBeUp => Up || entries.Exists(e => e.Step is UnreadStep { Kind: null });

    /// <summary>What cannot be read.</summary>
    public IEnumerable<UnreadStep> Unread => UnreadOf(entries);

    /// <summary>What cannot be read of a journal's entries.</summary>
    public static IEnumerable<UnreadStep> UnreadOf(IEnumerable<JournalEntry> entries) =>
        entries.Select(e => e.Step).OfType<UnreadStep>();

    /// <summary>Begins a new journal.</summary>
    /// <param name="path">The file, which is not there yet.</param>
    /// <param name="kinds">The kinds of steps that it may hold.</param>
    /// <param name="header">Whose it is.</param>
    /// <exception cref="MinicException">The file cannot be made or written (ENOSPC …).</exception>
    public static Journal Create(string path, StepKinds kinds, JournalHeader header)
    {
        var journal = new Journal(path, kinds, FileMode.CreateNew) { Header = header };
        try
        {
            journal.Begin("open"u8);
            JsonSerializer.Serialize(journal.writer, header, JournalJson.Default.JournalHeader);
            journal.End();
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Reads a journal, and opens it for what comes after.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">The kinds of steps that this program knows.</param>
    /// <exception cref="MinicException">There is no such file.</exception>
    public static Journal Open(string path, StepKinds kinds)
    {
        var journal = new Journal(path, kinds, FileMode.Open);
        try
        {
            journal.Read();
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Notes that a step is about to be played.</summary>
    /// <returns>Its number.</returns>
    public int Begin(Step step)
    {
        var number = last + 1;
        Begin(number, "begin"u8);
        kinds.Write(writer, step);
        End();
        Add(new JournalEntry(number, step));
        return number;
    }

    /// <summary>Notes that a step has been played.</summary>
    public void Done(int number, StepResult? facts)
    {
        facts ??= new StepResult();
        Begin(number, "done"u8);
        JsonSerializer.Serialize(writer, facts, JournalJson.Default.StepResult);
        End();
        Change(number, entry => entry with { Facts = facts });
    }

    /// <summary>Notes that the plan was played to its end.</summary>
    public void MarkUp()
    {
        Begin("up"u8);
        writer.WriteBooleanValue(true);
        End();
        Up = true;
    }

    /// <summary>Notes how a child ended.</summary>
    public void MarkExit(JournalExit exit)
    {
        Begin("exit"u8);
        JsonSerializer.Serialize(writer, exit, JournalJson.Default.JournalExit);
        End();
        exits.Add(exit);
    }

    /// <summary>
    /// Notes that a step has been undone; on a full disk in memory only, since undoing twice does no harm.
    /// </summary>
    public void Undone(int number)
    {
        Begin(number, "undone"u8);
        writer.WriteBooleanValue(true);
        TryEnd();
        Change(number, entry => entry with { Undone = true });
    }

    /// <summary>Notes that undoing begins; like <see cref="Undone"/> it goes on without room for that.</summary>
    public void MarkDown()
    {
        Begin("down"u8);
        writer.WriteBooleanValue(true);
        TryEnd();
        Down = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer.Dispose();
        file.Dispose();
    }

    private static SafeFileHandle OpenFile(string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException($"open the journal {path}", e.Message, inner: e);
        }
    }

    private void Read()
    {
        var text = new byte[RandomAccess.GetLength(file)];
        var read = 0;
        for (int got; read < text.Length && (got = RandomAccess.Read(file, text.AsSpan(read), read)) > 0;)
            read += got;
        var rest = text.AsSpan(0, read);
        for (var number = 1; rest.IndexOf(Newline) is >= 0 and var end; number++)
        {
            Read(number, rest[..end]);
            rest = rest[(end + 1)..];
        }

        length = read - rest.Length;
        cut = rest.Length > 0;
    }

    private void Read(int number, ReadOnlySpan<byte> line)
    {
        int? step = null;
        string? kind = null;
        try
        {
            Parse(line, ref step, ref kind);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            var unread = new UnreadStep(number, kind, Reason(e), Encoding.UTF8.GetString(line));
            // A header that minic cannot read says at least that there was one; it has no owner.
            if (number == 1)
                Header ??= new JournalHeader { Kind = "", Id = "", Owner = new ProcessIdentity(0, 0) };
            if (step is not { } known || Find(known) is not (>= 0 and var at))
                Add(new JournalEntry(step ?? 0, unread));
            else if (entries[at].Step is not UnreadStep)
                entries[at] = entries[at] with { Step = unread with { Kind = kinds.NameOf(entries[at].Step) } };
        }
    }

    // {"n":3,"begin":{...}} and its like: "n" first.
    private void Parse(ReadOnlySpan<byte> line, ref int? number, ref string? kind)
    {
        if (line is not [(byte)'{', ..])
            throw new JsonException("it is no JSON object");
        var reader = new Utf8JsonReader(line);
        reader.Read();
        var said = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "n")
            {
                number = reader.GetInt32();
                continue;
            }

            if (said)
                throw new JsonException("a line says one thing");
            said = true;
            Apply(name, ref reader, number, ref kind);
        }

        if (reader.TokenType != JsonTokenType.EndObject || !said)
            throw new JsonException("it says nothing");
        // What follows the object is an error too.
        if (reader.Read())
            throw new JsonException("it says one thing more");
    }

    private void Apply(string? name, ref Utf8JsonReader reader, int? number, ref string? kind)
    {
        switch (name)
        {
            case "open":
                Header = JsonSerializer.Deserialize(ref reader, JournalJson.Default.JournalHeader)
                    ?? throw new JsonException("it is null");
                break;
            case "begin" when number is { } begun:
                if (Find(begun) >= 0)
                    throw new JsonException($"step {begun} was begun before");
                Add(new JournalEntry(begun, kinds.Read(ref reader, ref kind)));
                break;
            case "done" when number is { } done:
                var facts = JsonSerializer.Deserialize(ref reader, JournalJson.Default.StepResult)
                    ?? throw new JsonException("it is null");
                Change(done, entry => entry with { Facts = facts });
                break;
            case "undone" when number is { } undone && reader.GetBoolean():
                Change(undone, entry => entry with { Undone = true });
                break;
            case "up" when reader.GetBoolean():
                Up = true;
                break;
            case "down" when reader.GetBoolean():
                Down = true;
                break;
            case "exit":
                exits.Add(JsonSerializer.Deserialize(ref reader, JournalJson.Default.JournalExit)
                    ?? throw new JsonException("it is null"));
                break;
            default:
                throw new JsonException($"this minic does not know \"{name}\" there");
        }
    }

    // The serializer adds where in the line it was, in words for programmers.
    private static string Reason(Exception e)
    {
        var words = e.Message;
        foreach (var end in (string[])[" Path: ", " LineNumber: "])
        {
            if (words.IndexOf(end, StringComparison.Ordinal) is > 0 and var at)
                words = words[..at];
        }

        return words.TrimEnd('.');
    }

    private void Add(JournalEntry entry)
    {
        entries.Add(entry);
        last = Math.Max(last, entry.Number);
    }

    private int Find(int number) => number == 0 ? -1 : entries.FindLastIndex(e => e.Number == number);

    // Of a step whose own line could not be read nothing is known, not even that it was undone.
    private void Change(int number, Func<JournalEntry, JournalEntry> change)
    {
        if (Find(number) is >= 0 and var at)
            entries[at] = entries[at].Step is UnreadStep ? entries[at] : change(entries[at]);
        else if (!entries.Exists(e => e is { Number: 0, Step: UnreadStep }))
            throw new JsonException($"no step {number} was begun before it");
    }

    private void Begin(ReadOnlySpan<byte> name) => Begin(null, name);

    private void Begin(int? number, ReadOnlySpan<byte> name)
    {
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartObject();
        if (number is { } n)
            writer.WriteNumber("n"u8, n);
        writer.WritePropertyName(name);
    }

    private void End()
    {
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write(Newline);
        try
        {
            if (cut)
                RandomAccess.SetLength(file, length);
            cut = false;
            RandomAccess.Write(file, buffer.WrittenSpan, length);
            length += buffer.WrittenCount;
        }
        catch (IOException e)
        {
            // Half a line could not be read as soon as another line follows it.
            RandomAccess.SetLength(file, length);
            throw new MinicException($"write the journal {path}", e.Message,
                "Make room on that file system: nothing is done that is not written down first.", inner: e);
        }
    }

    private void TryEnd()
    {
        try
        {
            End();
        }
        catch (MinicException)
        {
            // A minic that reads this journal later undoes the step once more, which changes nothing.
        }
    }
}
