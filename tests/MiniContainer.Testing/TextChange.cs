// What is new in a text beside another one, for golden files: a plan that is told once need not be told again.

namespace MiniContainer.Testing;

/// <summary>Compares texts line by line.</summary>
public static class TextChange
{
    /// <summary>
    /// The lines that are gone ("-") and come ("+"), each as often as it is, in the order of their texts.
    /// </summary>
    /// <param name="known">The text that a reader knows.</param>
    /// <param name="text">The other one.</param>
    public static string Of(string known, string text) =>
        string.Concat(Without(known, text).Select(l => $"- {l}\n")
            .Concat(Without(text, known).Select(l => $"+ {l}\n")));

    private static IEnumerable<string> Without(string text, string other)
    {
        var left = other.Split('\n').CountBy(l => l).ToDictionary();
        return text.Split('\n')
            .Where(l => l.Trim().Length > 0 && (!left.TryGetValue(l, out var count) || (left[l] = count - 1) < 0));
    }
}
