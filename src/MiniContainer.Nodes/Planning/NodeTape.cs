// The tape of a child that makes or enters a node: the usual steps, and calls that no container needs (lab 03-threads).

using MiniContainer.Nodes.Model;
using MiniContainer.Plans;

namespace MiniContainer.Nodes.Planning;

/// <summary>A tape with room for calls that only nodes need.</summary>
/// <param name="plan">The plan that it is part of.</param>
/// <param name="child">Whose tape it is.</param>
/// <param name="descriptors">What its descriptors are.</param>
public sealed class NodeTape(Plan plan, string child, IReadOnlyList<string> descriptors)
{
    private sealed record NodeStep(
        string Name, string Page, IReadOnlyList<Kernel.TapeCall> Made, IReadOnlyList<string> Shell) : ChildStep
    {
        public override string Title => Name;

        public override IReadOnlyList<Kernel.TapeCall> Calls => Made;

        public override string Man => Page;

        public override string Lab => "13-netns";

        public override IReadOnlyList<string> ByHand => Shell;
    }

    /// <summary>The usual steps.</summary>
    public ChildTape Story { get; } = plan.Tape(child, descriptors);

    /// <summary>The descriptors by which a child is given the namespaces of a node, for <see cref="Join"/>.</summary>
    public static IReadOnlyList<string> Descriptors(Node node) => [.. Node.Kinds.Select(k => "ns:" + node.Pin(k))];

    /// <summary>A step that no other tape has; it must leave no descriptor open.</summary>
    public void Step(
        string name, string why, string man, IReadOnlyList<Kernel.TapeCall> calls,
        params IReadOnlyList<string> shell) =>
        Story.Add(new NodeStep(name, man, calls, shell) { Why = why });

    /// <summary>Joins all namespaces of a node, by its files.</summary>
    public void Join(Node node)
    {
        foreach (var kind in Node.Kinds)
        {
            Story.JoinNamespaces("ns:" + node.Pin(kind), Node.Flag(kind), node.Pin(kind),
                $"Into the {kind} namespace of the {node.Name}.");
        }
    }
}
