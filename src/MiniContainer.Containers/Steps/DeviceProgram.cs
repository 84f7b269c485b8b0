// The device rules of a cgroup of version 2, as a program in the kernel (lab 08-cgroups; bpf(2), cgroup-v2.rst).

using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Steps;

/// <summary>Attaches a device filter to a cgroup. There is nothing to undo: it goes away with the cgroup.</summary>
/// <param name="Cgroup">The cgroup's directory, of version 2.</param>
/// <param name="Rules">The rules, later ones over earlier ones.</param>
public sealed record DeviceProgram(string Cgroup, IReadOnlyList<DeviceRule> Rules) : Step
{
    /// <inheritdoc/>
    public override string Title => $"filter the devices of {Cgroup}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"bpf(BPF_PROG_LOAD, {{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, "
            + $"insn_cnt={DeviceFilter.Assemble(Rules).Length / 8}}})",
        $"bpf(BPF_PROG_ATTACH, {{target_fd={TapeArg.Quote(Cgroup)}, attach_type=BPF_CGROUP_DEVICE, "
            + $"attach_flags=BPF_F_ALLOW_MULTI}})",
    ];

    /// <inheritdoc/>
    public override string Man => "bpf(2)";

    /// <inheritdoc/>
    public override string Lab => "08-cgroups";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        ": # not by hand: no shell tool assembles this program, and the container may use every device of the host. "
            + "Run nothing",
        ": # in it that you do not trust, or take mknod from its capabilities too. In version 1 each rule is a line "
            + "in a file:",
        .. Rules.Select(r => $": # echo {ShellWord.Quote(r.ToString())} > devices.{(r.Allow ? "allow" : "deny")}"),
    ];

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        Bpf.AttachDeviceFilter(Cgroup, DeviceFilter.Assemble(Rules));
        return null;
    }
}
