// Finding a network by its name: a file of /etc/cni/net.d, as every CNI runtime reads them, or the built-in one.
// Lab 22-cni.
// https://github.com/containernetworking/cni/blob/spec-v1.1.0/SPEC.md#section-1-network-configuration-format

using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking;

/// <summary>Finds network configurations.</summary>
public static class NetworkConfigs
{
    /// <summary>The environment variable that names another directory than <see cref="DefaultDirectory"/>.</summary>
    public const string DirectoryVariable = "MINIC_CNI_DIR";

    /// <summary>Where network configurations are.</summary>
    public const string DefaultDirectory = "/etc/cni/net.d";

    /// <summary>
    /// The network of a name: a file's, or the built-in one called minic where no file has that name.
    /// </summary>
    /// <param name="name">The network's name, as its file gives it.</param>
    /// <exception cref="MinicException">There is none, or its file is not valid.</exception>
    public static NetworkConfig Find(string name) =>
        Find(name,
            Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } other ? other : DefaultDirectory);

    /// <summary>The same, in a directory of the caller's choice.</summary>
    public static NetworkConfig Find(string name, string directory)
    {
        var broken = new List<string>();
        var names = new List<string>();
        foreach (var file in Files(directory))
        {
            try
            {
                var config = NetworkConfig.Load(file);
                if (config.Name == name)
                    return config;
                names.Add(config.Name);
            }
            catch (MinicException e)
            {
                // A file for another program's plugins is none of our business, unless this is the one that was meant.
                if (Path.GetFileNameWithoutExtension(file) == name)
                    throw;
                broken.Add($"{file} cannot be used: {e.Message}");
            }
        }

        if (name == NetworkConfig.Default.Name)
            return NetworkConfig.Default;
        names.Add($"{NetworkConfig.Default.Name} (built in)");
        throw new MinicException(
            $"find the network {name}",
            $"neither {directory} nor minic has one of this name",
            string.Join("\n",
                [$"There are {string.Join(", ", names.Distinct())}; none and host go without.", .. broken]));
    }

    // In the order of their names, as libcni reads them.
    private static IEnumerable<string> Files(string directory) => !Directory.Exists(directory) ? []
        : Directory.GetFiles(directory).Where(f => Path.GetExtension(f) is ".conflist" or ".conf" or ".json")
            .Order(StringComparer.Ordinal);
}
