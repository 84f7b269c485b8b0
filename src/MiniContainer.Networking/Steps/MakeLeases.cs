// A directory of leases that the configuration names (ipam.dataDir): it outlives the network's own, and other programs
// may keep their leases there too. Lab 22-cni; https://www.cni.dev/plugins/current/ipam/host-local/.

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Steps;

/// <summary>Makes the directory of leases if it is missing; the undo removes it, unless an address is leased.</summary>
/// <param name="Directory">The network's directory.</param>
/// <param name="Leases">The directory of leases.</param>
public sealed record MakeLeases(string Directory, string Leases) : SharedStep(Directory)
{
    /// <inheritdoc/>
    public override string Title => $"make the directory of leases {Leases}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"mkdir({TapeArg.Quote(Leases)}, 0700)"];

    /// <inheritdoc/>
    public override string Man => "mkdir(2)";

    /// <inheritdoc/>
    public override string Lab => "22-cni";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"[ -d {ShellWord.Quote(Leases)} ]"
            + $" || {{ echo {ShellWord.Quote(WayBackByHand[0])} >> {ShellWord.Quote(ByHandFile)};"
            + $" mkdir -p {ShellWord.Quote(Leases)}; }}",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack =>
        [$"unless an address is leased: rmdir({TapeArg.Quote(Leases)})"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand =>
    [
        $"rm -f {ShellWord.Quote(Leases)}/last_reserved_ip.*; rmdir {ShellWord.Quote(Leases)} 2>/dev/null || :",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Leases];

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing) => new() { Made = !System.IO.Directory.Exists(Leases) };

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Directories.MakeAll(Leases, 0x1c0 /* 0700 */);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (IsOurs)
            LeaseAddresses.Tidy(Leases);
    }
}
