// Kernel settings below /proc/sys, by the names that sysctl(8) uses. What /proc/sys/net shows belongs to the network
// namespace of the thread that opens the file, not of its process or of the one that mounted /proc: so the thread goes
// into the namespace, opens, and comes back. See proc_sys_net(5), sysctl(8).

using System.Runtime.InteropServices;

namespace MiniContainer.Kernel;

/// <summary>Reads and writes kernel settings.</summary>
public static class Sysctl
{
    private const string Root = "/proc/sys/";

    /// <summary>Writes a setting. Equivalent to: <c>[ip netns exec NS] sysctl -w NAME=VALUE</c>.</summary>
    /// <param name="name">
    /// "net.ipv4.ip_forward". Where a part has a dot in it, as interface names may, slashes separate the parts instead:
    /// "net/ipv4/conf/eth0.100/forwarding".
    /// </param>
    /// <param name="value">The value, without a newline.</param>
    /// <param name="netns">The network namespace whose setting is meant; null is the calling thread's.</param>
    /// <exception cref="MinicException">
    /// There is no such setting, it cannot be written, or the value is refused.
    /// </exception>
    public static void Write(string name, string value, SafeHandle? netns = null)
    {
        var path = PathOf(name);
        Do($"set {name} = {value}", name, netns, () =>
        {
            // Not File.WriteAllText: it opens with O_CREAT|O_TRUNC, and /proc/sys has nothing to create.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value + '\n'));
            return value;
        });
    }

    /// <summary>
    /// Reads a setting, without its final newline. Equivalent to: <c>[ip netns exec NS] sysctl -n NAME</c>.
    /// </summary>
    /// <inheritdoc cref="Write" path="/param"/>
    /// <exception cref="MinicException">There is no such setting.</exception>
    public static string Read(string name, SafeHandle? netns = null)
    {
        var path = PathOf(name);
        return Do($"read {name}", name, netns, () => File.ReadAllText(path).TrimEnd('\n'));
    }

    private static string Do(string doing, string name, SafeHandle? netns, Func<string> body)
    {
        try
        {
            return netns is null ? body() : NetworkNamespace.Run(netns, body);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MinicException(
                doing,
                $"the kernel has no setting {name}",
                "Its module may not be loaded, or its interface not exist.",
                inner: exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new MinicException(doing, $"{PathOf(name)}: {exception.Message}", inner: exception);
        }
    }

    private static string PathOf(string name)
    {
        var parts = name.Split(name.Contains('/', StringComparison.Ordinal) ? '/' : '.');
        return Array.Exists(parts, part => part is "" or "." or "..")
            ? throw new MinicException(
                $"find the setting \"{name}\"",
                "a part of the name is empty, or dots",
                "Write it as net.ipv4.ip_forward or net/ipv4/ip_forward.")
            : Root + string.Join('/', parts);
    }
}
