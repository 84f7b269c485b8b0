// `-e NAME=VALUE` of `minic run`; `-e NAME` alone takes the value that the caller has. See environ(7).

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>A variable of the environment asked for on the command line.</summary>
public static class EnvOption
{
    /// <summary>
    /// NAME=VALUE as config.json wants it; null where <c>-e NAME</c> was given and the caller has no such variable.
    /// </summary>
    /// <param name="text">NAME=VALUE, or NAME.</param>
    /// <param name="caller">The caller's value of a variable, or null; Environment.GetEnvironmentVariable.</param>
    /// <exception cref="MinicException">The name is empty or has a character that no name can have.</exception>
    public static string? Parse(string text, Func<string, string?> caller)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        if (name.Length == 0 || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new MinicException($"read -e {name}",
                name.Length == 0 ? "the name is empty" : $"the name \"{name}\" has a space in it",
                "Write -e NAME=VALUE, or -e NAME to hand on your own.");
        }

        return equals >= 0 ? text : caller(name) is { } value ? $"{name}={value}" : null;
    }

    /// <summary>
    /// An environment with one more variable, which replaces an older one of its name and keeps that one's place.
    /// </summary>
    /// <param name="env">NAME=VALUE each.</param>
    /// <param name="variable">NAME=VALUE.</param>
    public static IReadOnlyList<string> Set(IReadOnlyList<string> env, string variable)
    {
        var name = variable[..(variable.IndexOf('=', StringComparison.Ordinal) + 1)];
        return env.Any(old => old.StartsWith(name, StringComparison.Ordinal))
            ? [.. env.Select(old => old.StartsWith(name, StringComparison.Ordinal) ? variable : old)]
            : [.. env, variable];
    }
}
