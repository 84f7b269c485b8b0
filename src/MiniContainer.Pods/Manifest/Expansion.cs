// $(NAME) in a container's command, args and env, as Kubernetes expands it: known names are replaced, unknown ones are
// left as they stand, and $$(NAME) is a way to write $(NAME).
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/

using System.Text;

namespace MiniContainer.Pods.Manifest;

/// <summary>Expands references to variables.</summary>
public static class Expansion
{
    /// <summary>The longest string that execve(2) takes, MAX_ARG_STRLEN of linux/binfmts.h.</summary>
    public const int MaxLength = 128 * 1024 - 1;

    /// <summary>
    /// The text with each $(NAME) of a known name replaced; what comes in that way is not expanded again.
    /// </summary>
    /// <param name="text">What the manifest says.</param>
    /// <param name="variables">The known names with their values.</param>
    /// <returns>
    /// Null if it becomes longer than <see cref="MaxLength"/>: a few lines can stand for more than fits in memory.
    /// </returns>
    public static string? Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        var expanded = new StringBuilder();
        var lastClose = text.LastIndexOf(')');
        for (var i = 0; i < text.Length; i++)
        {
            if (expanded.Length > MaxLength)
            {
                return null;
            }

            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            var close = next == '(' && i < lastClose ? text.IndexOf(')', i) : -1;
            if (text[i] != '$' || (next != '$' && close < 0))
            {
                expanded.Append(text[i]);
            }
            else if (next == '$')
            {
                expanded.Append('$');
                i++;
            }
            else
            {
                expanded.Append(variables.TryGetValue(text[(i + 2)..close], out var value)
                    ? value : text[i..(close + 1)]);
                i = close;
            }
        }

        return expanded.Length > MaxLength ? null : expanded.ToString();
    }
}
