// What is on disk of one network, and of the host that all networks share. It is read and written under the lock of
// SharedLock.cs. Each note is written before what it speaks of is done, so that an undo finds at least what there is.
//
//     /run/minic/networks/minic/users/box:eth0      who uses it: an empty file for each attachment
//     /run/minic/networks/minic/leases/10.44.0.2    who has the address, as CNI's host-local writes it
//     /run/minic/networks/minic/bridge              the bridge, if minic made it
//     /run/minic/networks/minic/addresses           addresses given to a bridge that was there before
//     /run/minic/networks/minic/settings            kernel settings, and what they were before
//     /run/minic/networks/.host/settings            the same for settings of the whole host

using System.Text;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Networking.Steps;

/// <summary>The directory of one network.</summary>
/// <param name="Path">/run/minic/networks/minic.</param>
public sealed record NetworkDirectory(string Path)
{
    /// <summary>The name, below the directory of all networks, of what belongs to the host; no network's name has a dot first.</summary>
    public const string Host = ".host";

    /// <summary>The directory of all networks.</summary>
    public string Networks => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The directory of its users.</summary>
    public string Users => $"{Path}/users";

    /// <summary>The file that names the bridge which minic made.</summary>
    public string BridgeFile => $"{Path}/bridge";

    /// <summary>The file of addresses on a bridge that minic did not make: lines of "dev address".</summary>
    public string AddressesFile => $"{Path}/addresses";

    /// <summary>The file of settings that were changed: lines of "name value".</summary>
    public string SettingsFile => $"{Path}/settings";

    /// <summary>The bridge that minic made for this network; null if none.</summary>
    public string? Bridge => Knob.TryRead(BridgeFile) is { Length: > 0 } name ? name : null;

    /// <summary>Whether somebody uses it.</summary>
    public bool InUse => Directory.Exists(Users) && Directory.EnumerateFiles(Users).Any();

    /// <summary>All networks with a directory here.</summary>
    /// <param name="networks">The directory of all networks.</param>
    public static IEnumerable<NetworkDirectory> All(string networks) => !Directory.Exists(networks) ? []
        : Directory.GetDirectories(networks).Where(d => System.IO.Path.GetFileName(d) != Host).Select(d => new NetworkDirectory(d));

    /// <summary>The lines of a file here, each split in two at its first space; none if there is no such file.</summary>
    public static IReadOnlyList<(string First, string Second)> Lines(string file)
    {
        if (!File.Exists(file))
            return [];
        // A line that a full disk cut short speaks of something that was not done any more.
        return [.. File.ReadAllLines(file).Select(line => line.Split(' ', 2)).Where(p => p.Length == 2).Select(p => (p[0], p[1]))];
    }

    /// <summary>Appends a line in one write(2).</summary>
    /// <exception cref="MinicException">No room (ENOSPC), say.</exception>
    public static void Append(string file, string line)
    {
        Directories.MakeAll(System.IO.Path.GetDirectoryName(file)!, 0x1c0);
        using var handle = Libc.OpenHandle(file, O_WRONLY | O_CREAT | O_APPEND, 0x180 /* 0600 */);
        Wrap($"write {file}", () => RandomAccess.Write(handle, Encoding.UTF8.GetBytes(line + "\n"), fileOffset: 0));
    }

    /// <summary>Makes a file that must not be there yet, with its content.</summary>
    /// <exception cref="MinicException">EEXIST: it is there; ENOSPC ….</exception>
    public static void CreateFile(string file, string content)
    {
        using var handle = Libc.OpenHandle(file, O_WRONLY | O_CREAT | O_EXCL, 0x180);
        Wrap($"write {file}", () => RandomAccess.Write(handle, Encoding.UTF8.GetBytes(content), fileOffset: 0));
    }

    /// <summary>Removes a file if it is there.</summary>
    /// <exception cref="MinicException">It cannot be removed.</exception>
    public static void RemoveFile(string file) => Wrap($"remove {file}", () =>
    {
        // File.Delete minds a directory that is not there.
        if (File.Exists(file))
            File.Delete(file);
    });

    /// <summary>Removes a directory with all that is in it.</summary>
    /// <exception cref="MinicException">It cannot be removed.</exception>
    public static void RemoveAll(string directory) => Wrap($"remove {directory}", () =>
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    });

    /// <summary>Puts back all settings that are noted here, the last one first.</summary>
    public void PutSettingsBack()
    {
        foreach (var (name, was) in Lines(SettingsFile).Reverse())
        {
            // An interface takes its settings along when it goes.
            if (File.Exists($"/proc/sys/{name}"))
                Sysctl.Write(name, was);
        }
    }

    private static void Wrap(string doing, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException(doing, e.Message, inner: e);
        }
    }
}
