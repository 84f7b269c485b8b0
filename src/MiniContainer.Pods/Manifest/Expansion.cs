// $(NAME) in a container's command, args and env, as Kubernetes expands it: known names are replaced, unknown ones are
// left as they stand, and $$(NAME) is a way to write $(NAME).
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/

using System.Text;

namespace MiniContainer.Pods.Manifest;

/// <summary>Expands references to variables.</summary>
public static class Expansion
{
    /// <summary>The text with each $(NAME) of a known name replaced; what comes in that way is not expanded again.</summary>
    /// <param name="text">What the manifest says.</param>
    /// <param name="variables">The known names with their values.</param>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        var expanded = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            var close = next == '(' ? text.IndexOf(')', i) : -1;
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
                expanded.Append(variables.TryGetValue(text[(i + 2)..close], out var value) ? value : text[i..(close + 1)]);
                i = close;
            }
        }

        return expanded.ToString();
    }
}
