// Who may make containers: root, or a user with a user namespace in config.json (lab 09-rootless; user_namespaces(7)).

using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Tells before anything is tried that root is needed, where it is.</summary>
internal static class Privilege
{
    /// <summary>Checks it.</summary>
    /// <exception cref="MinicException">
    /// The caller is not root, and the configuration has no user namespace.
    /// </exception>
    public static void Check(Spec spec, string id)
    {
        if (!Caller.Current.IsPrivileged && !(spec.Linux?.Namespaces ?? []).Any(n => n.Type == "user"))
            throw new MinicException($"make container {id}",
                "you are not root, and its configuration has no user namespace",
                "Say sudo minic ..., or start from minic spec --rootless.");
    }
}
