// A network lives as long as it has users. Joining writes the user down before anything shared is made; the undo of the
// last user takes away what there is: bridge, settings, nft table, directory. Labs 14-bridge, 22-cni; flock(2).

using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Makes an attachment a user of a network; the undo of the last user takes the network away.</summary>
/// <param name="Directory">The network's directory: /run/minic/networks/minic.</param>
/// <param name="User">The attachment: "box:eth0".</param>
public sealed record JoinNetwork(string Directory, string User) : SharedStep(Directory)
{
    /// <summary>Whether the lock taken before planning is given up here, for want of a lease.</summary>
    public bool Unlocks { get; init; }

    /// <summary>The directory of leases, if it is not inside the network's: it is tidied, but not removed if in use.</summary>
    public string? Leases { get; init; }

    private string File => $"{Network.Users}/{User}";

    /// <inheritdoc/>
    public override string Title => $"join the network {Path.GetFileName(Directory)}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"flock({TapeArg.Quote(Network.Networks)}, LOCK_EX)", $"open({TapeArg.Quote(File)}, O_WRONLY|O_CREAT, 0644)"];

    /// <inheritdoc/>
    public override string Man => "flock(2)";

    /// <inheritdoc/>
    public override string Lab => "22-cni";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"mkdir -p {ShellWord.Quote(Network.Users)}", $": > {ShellWord.Quote(File)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
    [
        $"flock({TapeArg.Quote(Network.Networks)}, LOCK_EX)", $"unlink({TapeArg.Quote(File)})",
        "of its last user: put the settings back, RTM_DELLINK of the bridge, rm -r of the directory",
        $"of the last network: the host's settings too, and delete table {NatTable.Name}",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand
    {
        get
        {
            var (directory, networks) = (ShellWord.Quote(Directory), ShellWord.Quote(Network.Networks));
            return
            [
                $"rm -f {ShellWord.Quote(File)}",
                $"if rmdir {ShellWord.Quote(Network.Users)} 2>/dev/null; then  # that was the last user",
                $"  {PutBack(directory)}",
                $"  [ ! -e {directory}/addresses ] || while read -r dev address; do ip address del \"$address\" dev \"$dev\"; done < {directory}/addresses",
                $"  [ ! -e {directory}/bridge ] || ip link del \"$(cat {directory}/bridge)\"",
                .. Leases is null ? Array.Empty<string>() : [$"  rm -f {ShellWord.Quote(Leases)}/last_reserved_ip.*; rmdir {ShellWord.Quote(Leases)} 2>/dev/null"],
                $"  rm -rf {directory}",
                $"  if ! ls {networks}/*/users >/dev/null 2>&1; then  # and the last network",
                $"    {PutBack($"{networks}/{NetworkDirectory.Host}")}",
                $"    nft delete table {NatTable.Name} 2>/dev/null",
                $"    rm -rf {networks}/{NetworkDirectory.Host}; rmdir {networks}",
                "  fi",
                "fi",
            ];
        }
    }

    /// <inheritdoc/>
    public override bool ChangesRules => true;

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        using var held = SharedLock.TakeIfThere(Network.Networks);
        if (held is null)
            return;
        NetworkDirectory.RemoveFile(File);
        if (Network.InUse)
            return;
        RemoveNetwork();
        if (!NetworkDirectory.All(Network.Networks).Any(n => n.InUse))
            RemoveHost(new NetworkDirectory($"{Network.Networks}/{NetworkDirectory.Host}"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [File];

    private protected override void Make(PlayContext playing)
    {
        Directories.MakeAll(Network.Users, 0x1c0 /* 0700 */);
        Knob.Write(File, "", create: true);
        if (Unlocks && playing.Locks.Remove(Network.Networks, out var held))
            held.Dispose();
    }

    private void RemoveNetwork()
    {
        Network.PutSettingsBack();
        using (var kernel = RtNetlink.Open())
        {
            foreach (var (dev, address) in NetworkDirectory.Lines(Network.AddressesFile))
                _ = kernel.TryDeleteAddress(dev, Address.Parse(address));
            if (Network.Bridge is { } bridge)
                _ = kernel.TryDeleteLink(bridge);
        }

        if (Leases is not null)
            LeaseAddresses.Tidy(Leases);
        NetworkDirectory.RemoveAll(Directory);
    }

    private static void RemoveHost(NetworkDirectory host)
    {
        host.PutSettingsBack();
        _ = Nftables.TryRun($"delete table {NatTable.Name}");
        NetworkDirectory.RemoveAll(host.Path);
    }

    private static string PutBack(string directory) =>
        $"[ ! -e {directory}/settings ] || tac {directory}/settings | while read -r name was; do [ ! -e \"/proc/sys/$name\" ] || echo \"$was\" > \"/proc/sys/$name\"; done";
}
