// Reads a JSON file into a record, or says all that is wrong with it. Two ways: System.Text.Json alone for a good
// document; and, once it has refused one, JsonScanner and JsonShape to find out why and where. Shared by the bundle's
// config.json and the network configurations; the types are source-generated. RFC 8259.

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MiniContainer.Kernel;

namespace MiniContainer.Documents;

/// <summary>A JSON file that was read, with its text kept so that later problems can be given their place.</summary>
public sealed class JsonFile
{
    // Many times the largest that container engines write; a mistyped path to a disk image ends here.
    private const int MaxBytes = 2 * 1024 * 1024;

    private readonly string _doing;
    private readonly string _text;

    private JsonFile(string doing, string path, string text) => (_doing, Path, _text) = (doing, path, text);

    /// <summary>The file's name, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Reads a file's text; what is in it is looked at by <see cref="As"/>.</summary>
    /// <param name="doing">What is being done, for the errors: "read the bundle's configuration".</param>
    /// <param name="path">The file.</param>
    /// <param name="missing">What to do when the file is not there, a sentence.</param>
    /// <exception cref="MinicException">There is no such file, or it cannot be read.</exception>
    public static JsonFile Read(string doing, string path, string missing) =>
        new(doing, path, DocumentText.OfFile(doing, path, missing, MaxBytes));

    /// <summary>Reads a text from a stream, such as standard input.</summary>
    /// <param name="doing">What is being done, for the errors.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="stream">The stream.</param>
    /// <exception cref="MinicException">It is no text, or too long for a configuration.</exception>
    public static JsonFile Read(string doing, string name, Stream stream) =>
        new(doing, name, DocumentText.OfStream(doing, name, stream, MaxBytes));

    /// <summary>A text that is no file's.</summary>
    /// <param name="doing">What is being done, for the errors.</param>
    /// <param name="name">What to call it in errors: "stdin".</param>
    /// <param name="text">The whole document.</param>
    public static JsonFile FromText(string doing, string name, string text) => new(doing, name, text);

    /// <summary>The document as a record.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="type">Its description by the source generator.</param>
    /// <exception cref="MinicException">
    /// It is not JSON, or not of this shape: every misfit, with line and column.
    /// </exception>
    public T As<T>(JsonTypeInfo<T> type)
        where T : class
    {
        T? value = null;
        try
        {
            value = JsonSerializer.Deserialize(_text, type);
        }
        catch (JsonException)
        {
            // The scanner below finds the same fault and has better words for it.
        }

        // System.Text.Json lets a null stand in a list of what cannot be null: such a document is looked at once more.
        if (value is not null && !_text.Contains("null", StringComparison.Ordinal))
        {
            return value;
        }

        var problems = new Problems();
        JsonShape.Check(Scan(), "$", type, problems);
        return problems.All.Count > 0
            ? throw Fail(problems) : value ?? throw new MinicException(_doing, $"{Path}: not a {typeof(T).Name}");
    }

    /// <summary>
    /// Adds a problem for each string that no C program would see the end of; told before any code uses one.
    /// </summary>
    /// <remarks>A NUL ends the string early: the kernel would see less than what was written and checked.</remarks>
    /// <exception cref="MinicException">There is one: all are named.</exception>
    public void RefuseNul()
    {
        if (!_text.Contains("\\u0000", StringComparison.Ordinal))
        {
            return;
        }

        var problems = new Problems();
        foreach (var path in Scan().WithNul("$"))
        {
            problems.Add(path, "the string has a NUL in it", "Remove the \\u0000.");
        }

        if (problems.All.Count > 0)
        {
            throw Fail(problems);
        }
    }

    /// <summary>The whole document without a shape; it has been read <see cref="As"/> something before.</summary>
    public JsonElement Element() => JsonElement.Parse(_text);

    /// <summary>
    /// A part of the document as a record of its own, or null after its misfits have been added to the problems.
    /// </summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="part">The part, as System.Text.Json left it.</param>
    /// <param name="path">Where it stands: <c>$.plugins[0]</c>.</param>
    /// <param name="type">The record's description by the source generator.</param>
    /// <param name="problems">Takes the misfits.</param>
    public T? Part<T>(JsonElement part, string path, JsonTypeInfo<T> type, Problems problems)
        where T : class
    {
        try
        {
            return part.Deserialize(type);
        }
        catch (JsonException)
        {
            JsonShape.Check(Scan().Nearest(path), path, type, problems);
            return null;
        }
    }

    /// <summary>The exception that tells these problems with their places in this file.</summary>
    /// <param name="problems">What a validator found; at least one.</param>
    public MinicException Fail(Problems problems)
    {
        var root = Scan();
        return problems.ToException(_doing, Path, path => root.Locate(path));
    }

    private JsonSpot Scan() => JsonScanner.Scan(_doing, Path, _text);
}
