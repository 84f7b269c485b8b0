// Kernel settings below /proc/sys/net: those of the host, which are put back when the last user leaves, and those of a
// container's own namespace, which go away with it. Labs 15-nat, 16-ports, 18-ipv6; proc_sys_net(5).

using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Networking.Steps;

/// <summary>Changes a setting of the host; the undo puts back what it was.</summary>
/// <param name="Directory">The directory of the network or, for what all networks share, of the host.</param>
/// <param name="Setting">Its name: "net/ipv4/ip_forward".</param>
/// <param name="Value">Its value.</param>
public sealed record SetSetting(string Directory, string Setting, string Value) : SharedStep(Directory)
{
    /// <inheritdoc/>
    public override string Title => $"set {Setting} to {Value}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"open(\"/proc/sys/{Setting}\", O_WRONLY|O_CLOEXEC)", $"write(fd, \"{Value}\", {Value.Length})"];

    /// <inheritdoc/>
    public override string Man => "sysctl(8)";

    /// <inheritdoc/>
    public override string Lab =>
        Setting.StartsWith("net/ipv6/", StringComparison.Ordinal)
        ? "18-ipv6" : Setting.EndsWith("route_localnet", StringComparison.Ordinal) ? "16-ports" : "15-nat";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "change # settings of the host", Setting);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand
    {
        get
        {
            var file = ShellWord.Quote(ByHandFile);
            return
            [
                $"was=$(cat /proc/sys/{Setting})",
                $"[ \"$was\" = {Value} ] || {{ echo \"{PutBack("$was")}\" >> {file};"
                    + $" echo {Value} > /proc/sys/{Setting}; }}",
            ];
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBack =>
    [
        $"write(\"/proc/sys/{Setting}\", {(Found?.Was is { } was ? TapeArg.Quote(was + "\n") : "what it was before")})",
    ];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> WayBackByHand => Found?.Was is { } was ? [PutBack(was)] : [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Places => [$"/proc/sys/{Setting}"];

    /// <inheritdoc/>
    public override StepResult Find(SharedThing thing)
    {
        var was = Sysctl.Read(Setting);
        return new StepResult { Was = was, Made = was != Value };
    }

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        if (Sysctl.Read(Setting) != Value)
            Sysctl.Write(Setting, Value);
        return null;
    }

    /// <inheritdoc/>
    public override void Undo(StepResult? facts)
    {
        // An interface takes its settings along when it goes.
        if (IsOurs && Found!.Was is { } was && File.Exists($"/proc/sys/{Setting}"))
            Sysctl.Write(Setting, was);
    }

    private string PutBack(string was) => $"[ ! -e /proc/sys/{Setting} ] || echo {was} > /proc/sys/{Setting}";
}

/// <summary>Changes a setting in a container's network namespace.</summary>
/// <param name="Netns">Whose: see <see cref="NetnsPath"/>.</param>
/// <param name="Setting">Its name: "net/ipv6/conf/eth0/accept_dad".</param>
/// <param name="Value">Its value.</param>
public sealed record SetSettingInside(string Netns, string Setting, string Value) : Step
{
    /// <inheritdoc/>
    public override string Title => $"set {Setting} to {Value} inside";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
        [$"setns({NetnsPath.Shown(Netns)}, CLONE_NEWNET)", $"open(\"/proc/sys/{Setting}\", O_WRONLY|O_CLOEXEC)",
            $"write(fd, \"{Value}\", {Value.Length})"];

    /// <inheritdoc/>
    public override string Man => "sysctl(8)";

    /// <inheritdoc/>
    public override string Lab => "18-ipv6";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Network, "change # settings inside", Setting);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$"{NetnsPath.Enter(Netns)} sh -c 'echo {Value} > /proc/sys/{Setting}'"];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        using var netns = NetnsPath.Open(Netns, playing);
        Sysctl.Write(Setting, Value, netns);
        return null;
    }
}
