// Reads JSON slowly and says precisely where it stops being JSON and what was expected there. System.Text.Json knows
// the place too, but its texts are cut from a program compiled ahead of time (UseSystemResourceKeys), and they speak
// of tokens and byte positions. Runs only after System.Text.Json has refused a document. RFC 8259.

using System.Globalization;
using System.Text;
using MiniContainer.Kernel;

namespace MiniContainer.Documents;

/// <summary>A recursive-descent reader of JSON that keeps the place of every value.</summary>
public sealed class JsonScanner
{
    // System.Text.Json's own limit, so that both refuse the same documents.
    private const int MaxDepth = 64;

    // Far more than a configuration has; each costs a record and its place.
    private const int MaxValues = 50_000;

    private readonly string _doing;
    private readonly string _file;
    private readonly string _text;
    private int _at;
    private int _depth;
    private int _values;
    private int _placed;
    private int _line = 1;
    private int _lineBegin;

    private JsonScanner(string doing, string file, string text) => (_doing, _file, _text) = (doing, file, text);

    /// <summary>The document as a tree of values with places.</summary>
    /// <param name="doing">What is being done, for the error.</param>
    /// <param name="file">The file's name, for the error.</param>
    /// <param name="text">The whole document.</param>
    /// <exception cref="MinicException">It is no JSON: file:line:column and what was expected there.</exception>
    public static JsonSpot Scan(string doing, string file, string text)
    {
        var scanner = new JsonScanner(doing, file, text);
        var root = scanner.Value();
        scanner.SkipSpace();
        if (scanner._at < text.Length)
        {
            throw scanner.Error($"the document ends before {scanner.Found()}", "Remove what follows the last brace.");
        }

        return root;
    }

    private JsonSpot Value()
    {
        SkipSpace();
        if (++_values > MaxValues)
        {
            throw Error($"there are more than {MaxValues} values", "Make the document smaller.");
        }

        var at = Place();
        switch (Peek())
        {
            case '{':
                return Object(at);
            case '[':
                return List(at);
            case '"':
                return new JsonSpot(JsonSpotKind.Text, at, String());
            case '-' or (>= '0' and <= '9'):
                return new JsonSpot(JsonSpotKind.Number, at, Number());
            default:
                return Word(at);
        }
    }

    private JsonSpot Object(Position at)
    {
        var spot = new JsonSpot(JsonSpotKind.Object, at, "");
        Enter();
        for (var first = true; !Closes('}', first, at); first = false)
        {
            SkipSpace();
            var nameAt = Place();
            if (Peek() != '"')
            {
                throw Error($"expected a name in double quotes, found {Found()}",
                    Peek() == '}' ? "Remove the comma before it." : Clue("Write names as \"name\"."));
            }

            var name = String();
            SkipSpace();
            if (Peek() != ':')
            {
                throw Error($"expected ':' after \"{name}\", found {Found()}", "Write members as \"name\": value.");
            }

            _at++;
            spot.Members.Add((name, nameAt, Value()));
        }

        return spot;
    }

    private JsonSpot List(Position at)
    {
        var spot = new JsonSpot(JsonSpotKind.List, at, "");
        Enter();
        for (var first = true; !Closes(']', first, at); first = false)
        {
            SkipSpace();
            if (Peek() == ']')
            {
                throw Error("expected a value, found ']'", "Remove the comma before it.");
            }

            spot.Items.Add(Value());
        }

        return spot;
    }

    private void Enter()
    {
        _at++;
        if (++_depth > MaxDepth)
        {
            throw Error($"lists and objects are nested more than {MaxDepth} deep", "Make the document flatter.");
        }
    }

    // After a value comes a comma or the end of what was opened; before the first one, a value or that end.
    private bool Closes(char close, bool first, Position opened)
    {
        SkipSpace();
        if (Peek() == close)
        {
            _at++;
            _depth--;
            return true;
        }

        if (_at >= _text.Length)
        {
            throw Error(
                $"the file ends inside the {(close == '}' ? "object" : "list")} that line {opened.Line}, column "
                + $"{opened.Column} opens", $"Close it with '{close}'.");
        }

        if (!first && Peek() != ',')
        {
            throw Error($"expected ',' or '{close}', found {Found()}", "Put a comma between two members.");
        }

        _at += first ? 0 : 1;
        return false;
    }

    private string String()
    {
        var opened = _at++;
        var text = new StringBuilder();
        while (Peek() != '"')
        {
            if (_at >= _text.Length || Peek() is '\n' or '\r')
            {
                _at = opened;
                throw Error("the string that begins here is not closed on its line", "Close it with '\"'.");
            }

            if (Peek() < ' ')
            {
                throw Error($"control character U+{(int)Peek():X4} in a string", $"Write it as \\u{(int)Peek():x4}.");
            }

            text.Append(Peek() == '\\' ? Escape() : _text[_at++]);
        }

        _at++;
        return text.ToString();
    }

    private char Escape()
    {
        var code = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        var plain = "\"\\/bfnrt".IndexOf(code, StringComparison.Ordinal);
        if (plain >= 0)
        {
            _at += 2;
            return "\"\\/\b\f\n\r\t"[plain];
        }

        if (code == 'u' && _at + 6 <= _text.Length && ushort.TryParse(
            _text.AsSpan(_at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            _at += 6;
            return (char)unit;
        }

        throw Error("unknown escape in a string",
            "JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits.");
    }

    private string Number()
    {
        var begin = _at;
        while (Peek() is (>= '0' and <= '9') or '-' or '+' or '.' or 'e' or 'E')
        {
            _at++;
        }

        var number = _text[begin.._at];
        var digits = number.TrimStart('-');
        if ((digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]))
            || !double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            || digits.EndsWith('.'))
        {
            _at = begin;
            throw Error($"{number} is no number in JSON", "Write numbers in decimal, without leading zeros.");
        }

        return number;
    }

    private JsonSpot Word(Position at)
    {
        foreach (var (word, kind) in new[] { ("true", JsonSpotKind.Bool), ("false", JsonSpotKind.Bool),
            ("null", JsonSpotKind.Null) })
        {
            if (string.CompareOrdinal(_text, _at, word, 0, word.Length) == 0)
            {
                _at += word.Length;
                return new JsonSpot(kind, at, kind == JsonSpotKind.Bool ? word : "");
            }
        }

        throw Error($"expected a value, found {Found()}",
            Clue("A value is a string in double quotes, a number, true, false, null, [...] or {...}."));
    }

    // What people bring along from JavaScript and YAML.
    private string Clue(string otherwise) => Peek() switch
    {
        '\'' => "JSON's strings stand in double quotes.",
        '/' or '#' => "JSON has no comments: remove it.",
        '\0' when _text.Trim().Length == 0 => "The file is empty.",
        _ => otherwise,
    };

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\n' or '\r')
        {
            _at++;
        }
    }

    private string Found()
    {
        if (_at >= _text.Length)
        {
            return "the end of the file";
        }

        var end = _at;
        while (end < _text.Length && end - _at < 20 && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
        {
            end++;
        }

        return end > _at ? _text[_at..end] : Peek() == '"' ? "a string" : $"'{Peek()}'";
    }

    // Counted on from the last place asked for: from the beginning each time, a long document would take the square of
    // its length.
    private Position Place()
    {
        if (_at < _placed)
        {
            (_placed, _line, _lineBegin) = (0, 1, 0);
        }

        for (; _placed < _at; _placed++)
        {
            if (_text[_placed] == '\n')
            {
                (_line, _lineBegin) = (_line + 1, _placed + 1);
            }
        }

        return new Position(_line, _at - _lineBegin + 1);
    }

    private MinicException Error(string problem, string hint)
    {
        var at = Place();
        return new MinicException(_doing, $"{_file}:{at.Line}:{at.Column}: malformed JSON: {problem}", hint);
    }
}
