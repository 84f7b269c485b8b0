// NN: which lab, as most verbs take it.

using System.CommandLine;

namespace MiniContainer.Labs.Verbs;

/// <summary>The argument NN.</summary>
internal static class LabArgument
{
    /// <summary>A lab; if none is named, that of this shell, or the lab that was started last.</summary>
    public static Argument<string?> Create() => new("NN")
    {
        Description = "Which lab: 4, 04 or 04-pid. Without it, the one that you are at.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
