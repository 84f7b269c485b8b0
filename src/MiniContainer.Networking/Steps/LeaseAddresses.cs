// Leases of addresses, on disk as CNI's host-local has them: a file named by the address that says whose it is, and the
// address given last, so that one just freed is not given again at once. Lab 22-cni; open(2), O_EXCL.
// https://www.cni.dev/plugins/current/ipam/host-local/

using System.Net;
using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using static Tmds.Linux.LibC;

namespace MiniContainer.Networking.Steps;

/// <summary>An address that an attachment leases.</summary>
/// <param name="Ip">The address: "10.44.0.2".</param>
/// <param name="Set">The number, from 0, of the set of ranges that it is of.</param>
public sealed record LeasedAddress(string Ip, int Set);

/// <summary>Leases the addresses of an attachment, and gives up the lock under which they were chosen.</summary>
/// <param name="Networks">The directory of all networks, which is what is locked.</param>
/// <param name="Leases">The directory of leases.</param>
/// <param name="ContainerId">The container.</param>
/// <param name="IfName">Its interface.</param>
/// <param name="Addresses">The addresses.</param>
public sealed record LeaseAddresses(string Networks, string Leases, string ContainerId, string IfName,
    IReadOnlyList<LeasedAddress> Addresses) : Step
{
    // As host-local has it, whatever the system's own line end.
    private const string LineEnd = "\r\n";
    private const string LastFile = "last_reserved_ip.";

    /// <inheritdoc/>
    public override string Title => $"lease {string.Join(" and ", Addresses.Select(a => a.Ip))}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"mkdir({TapeArg.Quote(Leases)}, 0700), if missing",
        .. Addresses.SelectMany(a => new[]
        {
            $"open({TapeArg.Quote(FileOf(a))}, O_WRONLY|O_CREAT|O_EXCL, 0600)",
            $"write(fd, {TapeArg.Quote(Content)}, {Content.Length})",
            $"open({TapeArg.Quote(LastOf(a))}, O_WRONLY|O_CREAT|O_TRUNC, 0644)",
            $"write(fd, {TapeArg.Quote(a.Ip)}, {a.Ip.Length})",
        }),
    ];

    /// <inheritdoc/>
    public override string Man => "open(2)";

    /// <inheritdoc/>
    public override string Lab => "22-cni";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"mkdir -p {ShellWord.Quote(Leases)}",
        .. Addresses.SelectMany(a => new[]
        {
            $"(set -C; printf '%s\\r\\n%s' {ShellWord.Quote(ContainerId)} {ShellWord.Quote(IfName)} > "
                + $"{ShellWord.Quote(FileOf(a))})",
            $"printf %s {a.Ip} > {ShellWord.Quote(LastOf(a))}",
        }),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        [.. Addresses.Select(a => $"unlink({TapeArg.Quote(FileOf(a))})")];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [.. Addresses.Select(a => $"rm -f {ShellWord.Quote(FileOf(a))}")];

    private string Content => ContainerId + LineEnd + IfName;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [.. Addresses.Select(FileOf)];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        _ = playing.Locks.Remove(Networks, out var held);
        using (held ?? SharedLock.Take(Networks))
        {
            Directories.MakeAll(Leases, 0x1c0 /* 0700 */);
            foreach (var address in Addresses)
            {
                Lease(address);
                Knob.Write(LastOf(address), address.Ip, create: true);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        using var held = SharedLock.TakeIfThere(Networks);
        foreach (var address in Addresses)
        {
            // Empty: we died between making and writing it. Under the lock no other minic is at that point.
            if (Read(FileOf(address)) is { } content && (content.Length == 0 || content == Content))
                Knob.Remove(FileOf(address));
        }
    }

    /// <summary>The addresses in use.</summary>
    /// <param name="leases">The directory of leases; it need not be there.</param>
    public static IReadOnlySet<IPAddress> InUse(string leases) => !Directory.Exists(leases) ? new HashSet<IPAddress>()
        : Directory.EnumerateFiles(leases).Select(Path.GetFileName).Where(name => IPAddress.TryParse(name, out _))
            .Select(name => IPAddress.Parse(name!)).ToHashSet();

    /// <summary>The address given last out of a set of ranges; null for none.</summary>
    public static IPAddress? Last(string leases, int set) =>
        IPAddress.TryParse(Knob.TryRead($"{leases}/{LastFile}{set}"), out var last) ? last : null;

    /// <summary>The holder of an address: container and interface; null if it is free.</summary>
    public static (string ContainerId, string IfName)? HolderOf(string leases, string ip)
    {
        var lines = Read($"{leases}/{ip}")?.Split(LineEnd);
        return lines is null ? null : (lines[0], lines.Length > 1 ? lines[1] : "");
    }

    /// <summary>Removes a directory of leases without leases.</summary>
    internal static void Tidy(string leases)
    {
        if (InUse(leases).Count > 0 || !Directory.Exists(leases))
            return;
        foreach (var file in Directory.GetFiles(leases, LastFile + "*"))
            Knob.Remove(file);
        _ = Directories.TryRemove(leases);
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void Lease(LeasedAddress address)
    {
        try
        {
            Create(FileOf(address), Content);
        }
        catch (MinicException e) when (e.Errno == Errno.EEXIST)
        {
            throw new MinicException(Title,
                $"{FileOf(address)} says that {HolderOf(Leases, address.Ip)?.ContainerId} has it",
                "Try again; minic gc frees what a killed run left.", inner: e);
        }
    }

    private static void Create(string file, string content)
    {
        using var handle = Libc.OpenHandle(file, O_WRONLY | O_CREAT | O_EXCL, 0x180 /* 0600 */);
        try
        {
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(content), fileOffset: 0);
        }
        catch (IOException e)
        {
            throw new MinicException($"write {file}", e.Message, inner: e);
        }
    }

    private string FileOf(LeasedAddress address) => $"{Leases}/{address.Ip}";

    private string LastOf(LeasedAddress address) => $"{Leases}/{LastFile}{address.Set}";
}
