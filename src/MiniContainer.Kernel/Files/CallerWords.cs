// What minic's caller handed over, in bytes: .NET puts U+FFFD for each byte that is not UTF-8, in silence, and then a
// command would get another name than the caller gave. proc_pid_cmdline(5), proc_pid_environ(5).

namespace MiniContainer.Kernel;

/// <summary>The command line and the environment of this process, with every byte.</summary>
public static class CallerWords
{
    private const char Replaced = '\ufffd';

    /// <summary>The environment, NAME=VALUE each, as <see cref="UnixText"/>.</summary>
    public static IReadOnlyList<string> Environment()
    {
        var variables = System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(v => $"{v.Key}={v.Value}").ToList();
        return variables.Exists(v => v.Contains(Replaced, StringComparison.Ordinal))
            ? Words("/proc/self/environ") ?? variables : variables;
    }

    /// <summary>The value of a variable; null if there is none.</summary>
    /// <exception cref="MinicException">Its value is not UTF-8, and a config.json can hold nothing else.</exception>
    public static string? Variable(string name)
    {
        var value = System.Environment.GetEnvironmentVariable(name);
        if (value?.Contains(Replaced, StringComparison.Ordinal) != true)
            return value;
        var whole = Environment().FirstOrDefault(v => v.StartsWith(name + "=", StringComparison.Ordinal));
        return whole is null || UnixText.IsUtf8(whole)
            ? value : throw NotUtf8("hand the environment on", $"the value of {name}");
    }

    /// <summary>
    /// Refuses words that are not UTF-8: they would go into a config.json, which can hold nothing else.
    /// </summary>
    /// <param name="args">The words, as .NET has them.</param>
    /// <exception cref="MinicException">One is not.</exception>
    public static void Check(IReadOnlyList<string> args)
    {
        if (!args.Any(arg => arg.Contains(Replaced, StringComparison.Ordinal)))
            return;
        // Before our words there is the program, or a program and what it runs.
        var words = Words("/proc/self/cmdline")?.TakeLast(args.Count) ?? args;
        if (words.FirstOrDefault(word => !UnixText.IsUtf8(word)) is { } bad)
            throw NotUtf8("read the command line", $"\"{UnixText.Shown(bad)}\"");
    }

    /// <summary>That something is not UTF-8.</summary>
    internal static MinicException NotUtf8(string doing, string what) => new(
        doing,
        $"{what} is not UTF-8",
        "JSON can hold nothing else, and config.json is JSON: rename the file, or convert the text (iconv).");

    private static List<string>? Words(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            var words = new List<string>();
            for (var rest = bytes.AsSpan(); rest.Length > 0;)
            {
                var end = rest.IndexOf((byte)0);
                words.Add(UnixText.Decode(end < 0 ? rest : rest[..end]));
                rest = end < 0 ? [] : rest[(end + 1)..];
            }

            return words;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
