// `-v SRC:DST[:OPTIONS]` of `minic run`: a directory or file of the host, bound into the container. Lab: 06-mounts.

using MiniContainer.Kernel;

namespace MiniContainer.Containers.Oci;

/// <summary>A bind mount asked for on the command line.</summary>
/// <param name="Source">A path on the host, as given.</param>
/// <param name="Destination">An absolute path in the container.</param>
/// <param name="Options">Mount options, as given: ro, rslave ….</param>
public sealed record VolumeOption(string Source, string Destination, IReadOnlyList<string> Options)
{
    private static readonly string[] Known =
        ["ro", "rw", "rbind", "bind", "private", "rprivate", "slave", "rslave", "shared", "rshared", "nosuid", "nodev",
            "noexec", "rro"];

    /// <summary>Reads the option's value.</summary>
    /// <param name="text">SRC:DST, or SRC:DST:OPTION,OPTION.</param>
    /// <exception cref="MinicException">
    /// It has not that form, the destination is not absolute, or an option is unknown.
    /// </exception>
    public static VolumeOption Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0))
        {
            throw Bad(text, "it has not the form SRC:DST[:OPTIONS]",
                "Write -v /host/path:/container/path or -v /host/path:/container/path:ro.");
        }

        if (!parts[1].StartsWith('/'))
        {
            throw Bad(text, $"the destination {parts[1]} is not absolute", $"Begin it with a slash: /{parts[1]}.");
        }

        var options = parts.Length == 3 ? parts[2].Split(',') : [];
        foreach (var option in options.Where(option => !Known.Contains(option)))
        {
            throw option is "z" or "Z"
                ? Bad(text, $"minic does no SELinux labels, which {option} asks for", "Leave the option out.")
                : Bad(text, $"the option \"{option}\" is unknown", $"Known are {string.Join(", ", Known)}.");
        }

        return new VolumeOption(parts[0], parts[1], options);
    }

    /// <summary>
    /// The mount of config.json that does it; rbind, and rprivate unless another propagation was asked for.
    /// </summary>
    public Mount ToMount()
    {
        var bind = Options.Any(option => option is "bind" or "rbind") ? Array.Empty<string>() : ["rbind"];
        var propagation = Options.Any(option => MountOptions.PropagationFlags(option) is not null)
            ? Array.Empty<string>() : ["rprivate"];
        return new Mount
        {
            Destination = Destination,
            Type = "bind",
            Source = HostPath.Absolute(Source, $"read -v {Source}:{Destination}"),
            Options = [.. bind, .. Options, .. propagation],
        };
    }

    private static MinicException Bad(string text, string problem, string hint) =>
        new($"read -v {text}", problem, hint);
}
