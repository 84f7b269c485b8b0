// The colours of --explain and --step: who acts, the call, the reason. All of the sixteen that every terminal has, so
// that they are told apart on dark and on light backgrounds. ansi(5), console_codes(4).


namespace MiniContainer.Telling.Explain;

/// <summary>Colours text.</summary>
/// <param name="colour">Whether to; else the text is left as it is.</param>
internal sealed class Painter(bool colour)
{
    /// <summary>The code of headings.</summary>
    public const string Heading = "1";

    /// <summary>The code of what matters less.</summary>
    public const string Lesser = "2";

    /// <summary>The code of system calls.</summary>
    public const string Calls = "32";

    /// <summary>The code of reasons.</summary>
    public const string Reasons = "35";

    /// <summary>Headings.</summary>
    public string Bold(string text) => Paint(text, Heading);

    /// <summary>What matters less.</summary>
    public string Faint(string text) => Paint(text, Lesser);

    /// <summary>The runtime, or a child.</summary>
    public string Actor(string actor, string text) => Paint(text, actor == "minic" ? "36" : "33");

    /// <summary>A system call.</summary>
    public string Call(string text) => Paint(text, Calls);

    /// <summary>A reason.</summary>
    public string Why(string text) => Paint(text, Reasons);

    /// <summary>The text in a colour.</summary>
    public string Paint(string text, string? code) =>
        colour && code is not null && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
