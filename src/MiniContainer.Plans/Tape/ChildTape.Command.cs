// Waiting for the parent, the terminal, signals, and the command itself (labs 01-run, 03-threads).

using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    /// <inheritdoc cref="ChildSteps.Await" path="/summary"/>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="why">Why, and why here.</param>
    public void Await(string descriptor, string why) =>
        Add(new Await(Descriptor(descriptor), descriptor) { Why = why });

    /// <inheritdoc cref="ChildSteps.Report" path="/summary"/>
    /// <param name="descriptor">The descriptor's name.</param>
    /// <param name="why">Why, and why here.</param>
    public void Report(string descriptor, string why) => Add(new Report(Descriptor(descriptor)) { Why = why });

    /// <inheritdoc cref="ChildSteps.OpenTerminal" path="/summary"/>
    /// <param name="socket">The name of the socket's descriptor.</param>
    /// <param name="owner">Who owns the slave.</param>
    /// <param name="console">Where to bind the slave; null for nowhere.</param>
    /// <param name="size">Rows and columns, or null.</param>
    /// <param name="bareNewlines">Whether a newline stays one.</param>
    /// <param name="why">Why, and why here.</param>
    public void OpenTerminal(string socket, uint owner, string? console, (ushort Rows, ushort Columns)? size,
        bool bareNewlines, string why)
    {
        var (master, slave) = (Allocate("ptmx"), Allocate("pts"));
        var tree = Passing("console");
        Free(slave);
        Free(master);
        Add(new OpenTerminal(Descriptor(socket), owner, console, size, bareNewlines, master, slave, tree)
        {
            Why = why,
        });
    }

    /// <inheritdoc cref="ChildSteps.OwnStreams" path="/summary"/>
    /// <param name="streams">Which of them.</param>
    /// <param name="uid">The user, as the child's user namespace counts.</param>
    /// <param name="why">Why, and why here.</param>
    public void OwnStreams(IReadOnlyList<int> streams, uint uid, string why) =>
        Add(new OwnStreams(streams, uid) { Why = why });

    /// <inheritdoc cref="ChildSteps.ExecuteStage2" path="/summary"/>
    /// <param name="kept">How many descriptors the command keeps.</param>
    /// <param name="why">Why, and why here.</param>
    public void ExecuteStage2(int kept, string why) =>
        Add(new ExecuteStage2(Descriptor("own"), kept) { Why = why });

    /// <inheritdoc cref="ExecuteCommand" path="/summary"/>
    /// <param name="paths">Where the program may be.</param>
    /// <param name="argv">Its arguments, its name first.</param>
    /// <param name="environment">Its environment, NAME=VALUE.</param>
    /// <param name="why">Why, and why here.</param>
    public void Execve(
        IReadOnlyList<string> paths, IReadOnlyList<string> argv, IReadOnlyList<string> environment, string why) =>
        Add(new ExecuteCommand(paths, argv, environment) { Why = why });

    /// <summary>Executes the pause program from the descriptor "pause-program".</summary>
    public void ExecutePause(string why) => Add(new ExecutePause(Descriptor("pause-program")) { Why = why });

    /// <summary>Sets a signal back to its default, which an ignored one would not be after execve.</summary>
    public void DefaultSignal(int signal, string why) => DefaultSignals(1UL << (signal - 1), 0, why);

    /// <summary>Sets ignored signals back to their default, and lets blocked ones through.</summary>
    /// <param name="ignored">The ignored signals, bit n-1 for signal n.</param>
    /// <param name="blocked">The blocked signals, likewise.</param>
    /// <param name="why">Why, and why here.</param>
    public void DefaultSignals(ulong ignored, ulong blocked, string why)
    {
        if (ignored != 0)
            Add(new DefaultSignals(ignored) { Why = why });
        if (blocked != 0)
            Add(new UnblockSignals { Why = why });
    }

    /// <inheritdoc cref="ChildSteps.DieWithParent" path="/summary"/>
    public void DieWithParent(string why) => Add(new DieWithParent { Why = why });

    /// <inheritdoc cref="SetPersonality" path="/summary"/>
    /// <param name="persona">Its number.</param>
    /// <param name="name">Its name.</param>
    /// <param name="why">Why, and why here.</param>
    public void Personality(long persona, string name, string why) =>
        Add(new SetPersonality(persona, name) { Why = why });
}
