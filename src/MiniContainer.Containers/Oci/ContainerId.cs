// The name of a container, as given to `run` and `create`. It becomes the name of a directory, of a cgroup and part of
// an interface's name, so the characters are those that runc allows, and no path can be made of it.

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>The rule for container ids, which is runc's.</summary>
public static class ContainerId
{
    /// <summary>
    /// The longest id: the longest file name of Linux, since a directory is named after it (NAME_MAX).
    /// </summary>
    public const int MaxLength = 255;

    /// <summary>
    /// The name under which a container's cgroup is and its network knows it: its id, unless it is like a pod's.
    /// </summary>
    /// <remarks>Pods are known as "pod-NAME", and no id has an '@'.</remarks>
    public static string Known(string id) =>
        id.StartsWith("pod-", StringComparison.Ordinal) ? FileName.Fit("@" + id) : id;

    /// <summary>Returns the id if it can be one.</summary>
    /// <param name="id">What the user gave.</param>
    /// <exception cref="MinicException">
    /// It is empty, too long, "." or "..", or has another character than A-Z a-z 0-9 _ + - .
    /// </exception>
    public static string Check(string id)
    {
        var doing = "check the container's id";
        if (id.Length is 0 or > MaxLength)
        {
            var problem = id.Length == 0 ? "it is empty" : $"it is {id.Length} characters long";
            throw new MinicException(doing, problem, $"Give it 1 to {MaxLength} characters.");
        }

        if (id is "." or "..")
        {
            throw new MinicException(doing, $"\"{id}\" names a directory", "Give the container a name of its own.");
        }

        var bad = id.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '+' or '-' or '.'));
        return bad == default
            ? id
            : throw new MinicException(doing, $"\"{id}\" has the character '{bad}'",
                "Use A-Z a-z 0-9 _ + - and . only.");
    }
}
