// Text in lines that fit the terminal: of help, and of minic doctor.

namespace MiniContainer.Cli;

/// <summary>Breaks text into lines.</summary>
internal static class Paragraphs
{
    /// <summary>A text in lines of at most some columns; a longer word has a line to itself.</summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    lines.Add(line);
                    line = word;
                }
                else
                {
                    line = line.Length == 0 ? word : $"{line} {word}";
                }
            }

            lines.Add(line);
        }

        return lines;
    }
}
