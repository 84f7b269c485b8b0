// A network device of the host that a container has to itself, for as long as it is there (lab 13-netns; ip-link(8),
// network_namespaces(7); runtime-spec, "Network Devices").
//
//     note      what addresses it has; undo: give them back
//     hold      the container's namespace, which else would go with its last process, and the device with it; undo: let
//               go
//     move      it in, with its addresses, and up; undo: move it back
//
// Played backward, that is: move back, let go, give the addresses back. An undo that fails does not stop those before
// it, so each of the three brings the device back if it is not here yet: else it would go with its namespace.
//
// A namespace that was given by its path belongs to an engine, and so does the device from the moment the container is
// there: it stays when the container goes, as with runc. It comes back only if the start fails.

using MiniContainer.Kernel;
using MiniContainer.Kernel.Netlink;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Steps;

/// <summary>A device of the host that is moved, and the way back.</summary>
/// <param name="Name">Its name on the host.</param>
/// <param name="Netns">The file of the namespace to which it is moved.</param>
/// <param name="Inside">Its name in there.</param>
public sealed record MovedDevice(string Name, string Netns, string Inside)
{
    /// <summary>Whether the namespace belongs to others, who keep the device when the container goes.</summary>
    public bool Joined { get; init; }

    /// <summary>Moves the device back, if it is not here and is in there.</summary>
    /// <exception cref="MinicException">It could not be moved now.</exception>
    internal void BringBack(RtNetlink kernel)
    {
        // A file without its mount, as after a restart of the machine, is no namespace, and nothing is in it.
        if (kernel.FindLink(Name) is not null || !File.Exists(Netns) || !NetworkNamespace.Is(Netns))
            return;
        using var home = kernel.Namespace();
        using var netns = NetworkNamespace.Open(Netns);
        using var inside = RtNetlink.OpenIn(netns);
        if (inside.FindLink(Inside) is null)
            return;
        try
        {
            inside.Move(Inside, home, Name);
        }
        catch (MinicException e) when (e.Errno == Errno.EINVAL)
        {
            // A link that stays where it is cannot be the one that came: the container has made it, and may keep it.
        }
    }
}

/// <summary>Notes the addresses of a device, which a move takes from it; the undo gives them back.</summary>
/// <param name="Device">The device.</param>
public sealed record NoteDevice(MovedDevice Device) : Step
{
    private string Name => Device.Name;

    private const string Up = "up";

    /// <inheritdoc/>
    public override string Title => $"note the addresses of {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts => [$"RTM_GETLINK(ifname=\"{Name}\")", "RTM_GETADDR(NLM_F_DUMP)"];

    /// <inheritdoc/>
    public override string Man => "ip-address(8)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "note the addresses of # devices", Name);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"ip -o address show dev {Name} scope global permanent | while read -r _ _ _ cidr _; do echo \"$cidr\"; done "
            + $"> \"$STATE/{Name}.addresses\""];

    /// <inheritdoc/>
    public override bool StaysOnceUp => Device.Joined;

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        Device.Joined
        ? [] : [$"RTM_NEWADDR(dev=\"{Name}\", ...) for each", $"RTM_SETLINK(ifname=\"{Name}\", IFF_UP), if it was"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => Device.Joined ? []
        : [$"[ ! -e \"$STATE/{Name}.addresses\" ] || while read -r cidr; do ip address add \"$cidr\" dev {Name} "
            + $"2>/dev/null || :; done < \"$STATE/{Name}.addresses\"", $"ip link set {Name} up 2>/dev/null || :"];

    /// <summary>The addresses that a user gave it, not those that the kernel or a server did.</summary>
    internal static IEnumerable<Address> Given(RtNetlink kernel, string name) =>
        kernel.ListAddresses(name).Where(a => a.IsPermanent && a.Scope is null or 0);

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var kernel = RtNetlink.Open();
        var link = kernel.FindLink(Name)
            ?? throw new MinicException(Title, "there is no such device", "ip link shows those that are there.");
        return new StepResult
        {
            Was = string.Join(' ',
                [.. link.IsUp ? [Up] : Array.Empty<string>(), .. Given(kernel, Name).Select(a => a.ToString())]),
        };
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        if (facts?.Was is not { } was)
            return;
        using var kernel = RtNetlink.Open();
        Device.BringBack(kernel);
        if (kernel.FindLink(Name) is not { } link)
            return;
        var words = was.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var there = Given(kernel, Name).Select(a => a.ToString()).ToHashSet();
        foreach (var cidr in words.Where(w => w != Up && !there.Contains(w)))
            kernel.AddAddress(Name, Address.Parse(cidr) with { NoDad = cidr.Contains(':', StringComparison.Ordinal) });
        if (words.Contains(Up) && !link.IsUp)
            kernel.SetUp(Name);
    }
}

/// <summary>Holds a child's network namespace by a bind mount; the undo lets it go.</summary>
/// <param name="Child">The child's name in the plan.</param>
/// <param name="Path">The file to bind it on.</param>
/// <param name="Devices">What is brought back before it is let go.</param>
public sealed record HoldNamespace(string Child, string Path, IReadOnlyList<MovedDevice> Devices) : Step, IOfChild
{
    /// <inheritdoc/>
    public override string Title => $"hold the network namespace of {Child}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"open({TapeArg.Quote(Path)}, O_CREAT|O_EXCL)",
            $"mount(\"/proc/self/fd/FD\", {TapeArg.Quote(Path)}, NULL, MS_BIND, NULL)"];

    /// <inheritdoc/>
    public override string Man => "network_namespaces(7)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": > {ShellWord.Quote(Path)}", $"mount --bind \"/proc/$CHILD/ns/net\" {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        [$"umount2({TapeArg.Quote(Path)}, MNT_DETACH)", $"unlink({TapeArg.Quote(Path)})"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand =>
        [$"umount -l {ShellWord.Quote(Path)} 2>/dev/null || :", $"rm -f {ShellWord.Quote(Path)}"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [Path];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetnsPath.Open($"child:{Child}", playing);
        NetworkNamespace.Hold(netns, Path);
        return new StepResult { Made = true };
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // Not done: nothing was moved, and what is inside under such a name is the container's own.
        if (facts is not null)
        {
            using var kernel = RtNetlink.Open();
            foreach (var device in Devices)
                device.BringBack(kernel);
        }

        _ = NetworkNamespace.Unpin(Path);
    }
}

/// <summary>Moves a device into a container's network namespace, with its addresses; the undo moves it back.</summary>
/// <param name="Device">The device.</param>
public sealed record MoveDevice(MovedDevice Device) : Step
{
    private string Name => Device.Name;

    private string Netns => Device.Netns;

    private string Inside => Device.Inside;

    /// <inheritdoc/>
    public override string Title =>
        $"move the device {Name} into the container{(Inside == Name ? "" : $" as {Inside}")}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"RTM_SETLINK(link \"{Name}\", net_ns_fd={TapeArg.Quote(Netns)}, ifname=\"{Inside}\")",
        $"RTM_NEWADDR(dev=\"{Inside}\", ...) for each that it had", $"RTM_SETLINK(ifname=\"{Inside}\", IFF_UP)",
    ];

    /// <inheritdoc/>
    public override string Man => "ip-link(8)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "move # devices into the container", Name);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        $"ip link set {Name} netns {ShellWord.Quote(Netns)} name {Inside}",
        $"while read -r cidr; do nsenter --net={ShellWord.Quote(Netns)} ip address add \"$cidr\" dev {Inside}; done < "
            + $"\"$STATE/{Name}.addresses\"",
        $"nsenter --net={ShellWord.Quote(Netns)} ip link set {Inside} up",
    ];

    /// <inheritdoc/>
    public override bool StaysOnceUp => Device.Joined;

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoCallTexts =>
        Device.Joined ? [] : [$"RTM_SETLINK(link \"{Inside}\", net_ns_fd=\"/proc/self/ns/net\", ifname=\"{Name}\")"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> UndoByHand => Device.Joined ? []
        : [$"ip link show dev {Name} >/dev/null 2>&1 || nsenter --net={ShellWord.Quote(Netns)} ip link set {Inside} "
            + $"netns $$ name {Name}"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetworkNamespace.Open(Netns);
        using var inside = RtNetlink.OpenIn(netns);
        if (inside.FindLink(Inside) is not null)
            throw new MinicException(Title, $"there is a device {Inside} inside already",
                "Give it another name there: \"name\" in linux.netDevices.");
        using var kernel = RtNetlink.Open();
        var addresses = NoteDevice.Given(kernel, Name).ToList();
        kernel.Move(Name, netns, Inside);
        foreach (var address in addresses)
            inside.AddAddress(Inside, new Address(address.Local, address.PrefixLength)
            {
                Broadcast = address.Broadcast,
                NoDad = address.Broadcast is null && address.Local.GetAddressBytes().Length == 16,
            });
        inside.SetUp(Inside);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        using var kernel = RtNetlink.Open();
        Device.BringBack(kernel);
    }
}
