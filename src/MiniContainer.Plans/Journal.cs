// The journal: what has been begun, done and undone, one JSON object a line. A step is written here before it is begun,
// so whatever happens to this process, someone can read what there may be to undo. It lives under /run: a reboot takes the
// journal along with the kernel's state that it describes, so there is no fsync on the way.
//
//     {"open":{"kind":"container","id":"box","owner":{"pid":71,"startTime":9312}, ...}}
//     {"n":1,"begin":{"mkcgroup":{"path":"/sys/fs/cgroup/pids/minic/box", ...}}}
//     {"n":1,"done":{"made":true}}
//     {"up":true}                         all steps of the plan are done
//     {"down":true}                       undoing has begun: whoever finds this is to end it
//     {"n":1,"undone":true}
//
// The directory of the journal is locked (flock(2)) while someone plays: see StateDirectory.cs.

using System.Text;
using System.Text.Json;
using MiniContainer.Kernel;

namespace MiniContainer.Plans;

/// <summary>The first line of a journal: whose it is.</summary>
public sealed record JournalHeader
{
    /// <summary>"container", "pod" or "exec".</summary>
    public required string Kind { get; init; }

    /// <summary>The name.</summary>
    public required string Id { get; init; }

    /// <summary>The process that plays the plan and, in the foreground, stays until the end.</summary>
    public required ProcessIdentity Owner { get; init; }

    /// <summary>Whether what was made is to go when its owner goes (<c>minic run</c> in the foreground).</summary>
    public bool Foreground { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The bundle directory, an absolute path; empty where there is none.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>Annotations of the bundle, for the OCI state.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

/// <summary>One line of a journal.</summary>
public sealed record JournalLine
{
    /// <summary>The header.</summary>
    public JournalHeader? Open { get; init; }

    /// <summary>The step's number, from 1.</summary>
    public int? N { get; init; }

    /// <summary>The step that is about to be played.</summary>
    public Step? Begin { get; init; }

    /// <summary>The step has been played.</summary>
    public StepFacts? Done { get; init; }

    /// <summary>The step has been undone.</summary>
    public bool? Undone { get; init; }

    /// <summary>The plan has been played to its end.</summary>
    public bool? Up { get; init; }

    /// <summary>Undoing has begun.</summary>
    public bool? Down { get; init; }

    /// <summary>A child of the plan has ended.</summary>
    public JournalExit? Exit { get; init; }
}

/// <summary>How a child of a plan ended: its parent alone can know, and writes it down for all.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Code">Its exit code, 128 plus the signal if one ended it.</param>
/// <param name="At">When.</param>
public sealed record JournalExit(string Child, int Code, DateTimeOffset At);

/// <summary>A step in a journal, and how far it has come.</summary>
public sealed record JournalEntry(int Number, Step Step)
{
    /// <summary>What the step found out; null while it is not done.</summary>
    public StepFacts? Facts { get; init; }

    /// <summary>Whether it has been undone.</summary>
    public bool Undone { get; init; }
}

/// <summary>The journal of one container or pod.</summary>
public sealed class Journal : IDisposable
{
    private readonly List<JournalEntry> entries = [];
    private readonly List<JournalExit> exits = [];
    private readonly FileStream file;

    private Journal(FileStream file) => this.file = file;

    /// <summary>Whose it is; null in a file whose first line was never written whole.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>The children that have ended, as far as their parent saw it.</summary>
    public IReadOnlyList<JournalExit> Exits => exits;

    /// <summary>The steps begun, in their order.</summary>
    public IReadOnlyList<JournalEntry> Entries => entries;

    /// <summary>Whether the plan was played to its end.</summary>
    public bool Up { get; private set; }

    /// <summary>Whether undoing was begun: what is left is nobody's.</summary>
    public bool Down { get; private set; }

    /// <summary>Begins a new journal.</summary>
    /// <exception cref="MinicException">The file cannot be made or written (ENOSPC …).</exception>
    public static Journal Create(string path, JournalHeader header)
    {
        var journal = new Journal(OpenFile(path, FileMode.CreateNew)) { Header = header };
        journal.Write(new JournalLine { Open = header });
        return journal;
    }

    /// <summary>Reads a journal, and opens it for what comes after.</summary>
    /// <remarks>A last line that was cut short by a death or a full disk says nothing, and is passed over.</remarks>
    /// <exception cref="MinicException">There is no such file.</exception>
    public static Journal Open(string path)
    {
        var journal = new Journal(OpenFile(path, FileMode.Open));
        using var reader = new StreamReader(journal.file, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } text)
        {
            if (Parse(text) is { } line)
                journal.Apply(line);
        }

        journal.file.Seek(0, SeekOrigin.End);
        return journal;
    }

    /// <summary>Notes that a step is about to be played.</summary>
    /// <returns>Its number.</returns>
    public int Begin(Step step)
    {
        var line = new JournalLine { N = entries.Count + 1, Begin = step };
        Write(line);
        Apply(line);
        return entries.Count;
    }

    /// <summary>Notes that a step has been played.</summary>
    public void Done(int number, StepFacts? facts) => Append(new JournalLine { N = number, Done = facts ?? new StepFacts() });

    /// <summary>Whether nothing is left to undo.</summary>
    public bool Clean => entries.TrueForAll(e => e.Undone);

    /// <summary>Notes that a step has been undone; on a full disk in memory only, since undoing twice does no harm.</summary>
    public void Undone(int number) => Note(new JournalLine { N = number, Undone = true });

    /// <summary>Notes that undoing begins; like <see cref="Undone"/> it goes on without room for that.</summary>
    public void MarkDown() => Note(new JournalLine { Down = true });

    private void Note(JournalLine line)
    {
        try
        {
            Write(line);
        }
        catch (MinicException)
        {
            // Whoever reads this journal later undoes the step once more, which changes nothing.
        }

        Apply(line);
    }

    /// <summary>Notes that the plan was played to its end.</summary>
    public void MarkUp() => Append(new JournalLine { Up = true });

    /// <summary>Notes how a child ended.</summary>
    public void MarkExit(JournalExit exit) => Append(new JournalLine { Exit = exit });

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static FileStream OpenFile(string path, FileMode mode)
    {
        try
        {
            // Unbuffered: a line is in the kernel's hands before the step is.
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException($"open the journal {path}", e.Message, inner: e);
        }
    }

    private static JournalLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, JournalJson.Default.JournalLine);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(JournalLine line)
    {
        Write(line);
        Apply(line);
    }

    private void Apply(JournalLine line)
    {
        if (line.Open is not null)
            Header = line.Open;
        if (line.Exit is not null)
            exits.Add(line.Exit);
        if (line.Up == true)
            Up = true;
        if (line.Down == true)
            Down = true;
        if (line.N is not { } number)
            return;
        if (line.Begin is not null)
            entries.Add(new JournalEntry(number, line.Begin));
        else if (line.Done is not null)
            entries[number - 1] = entries[number - 1] with { Facts = line.Done };
        else if (line.Undone == true)
            entries[number - 1] = entries[number - 1] with { Undone = true };
    }

    private void Write(JournalLine line)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(line, JournalJson.Default.JournalLine);
        Array.Resize(ref bytes, bytes.Length + 1);
        bytes[^1] = (byte)'\n';
        try
        {
            file.Write(bytes);
        }
        catch (IOException e)
        {
            throw new MinicException($"write the journal {file.Name}", e.Message, "Make room on that file system: nothing is done that is not written down first.", inner: e);
        }
    }
}
