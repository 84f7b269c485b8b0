// A volume, or a part of it, picked up before a container is made: by minic, and by descriptor, since containers that
// run already may change what lies in it (lab 21-pod; openat2(2), open_tree(2)).

using MiniContainer.Kernel;
using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans.Steps;

/// <summary>
/// Copies the mount of a volume; a child gets it as a descriptor. It goes away with the descriptors: there is no undo.
/// </summary>
/// <param name="Name">The descriptor's name, for <see cref="CloneChild.Descriptors"/>.</param>
/// <param name="Volume">The volume's path on the host.</param>
/// <param name="Below">A relative path in it, made if missing; "" for the whole.</param>
/// <param name="Kind">What it must be, as <c>hostPath.type</c> says; "" for anything.</param>
public sealed record OpenVolume(string Name, string Volume, string Below, string Kind) : Step
{
    /// <inheritdoc/>
    public override string Title => $"pick up {Shown}";

    /// <inheritdoc/>
    public override IReadOnlyList<string> CallTexts =>
    [
        $"open({TapeArg.Quote(Volume)}, O_PATH|O_CLOEXEC)",
        .. Below.Length == 0 ? Array.Empty<string>() : [VolumeTree.BelowText(Below)],
        VolumeTree.OpenText,
    ];

    /// <inheritdoc/>
    public override string Man => "openat2(2)";

    /// <inheritdoc/>
    public override string Lab => "21-pod";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Root, "pick up # volumes", Shown);

    /// <summary>
    /// A script looks before it mounts, which is no guard against a process that changes the volume in between.
    /// </summary>
    public override IReadOnlyList<string> ByHand =>
    [
        .. Kind == "FileOrCreate"
            ? [$"[ -e {ShellWord.Quote(Volume)} ] || : > {ShellWord.Quote(Volume)}"] : Array.Empty<string>(),
        $"volume=$(readlink -f {ShellWord.Quote(Volume)}); volume=${{volume%/}}; "
            + $"{VolumeWords.Variable(Name)}=$(readlink -m \"$volume\"/{ShellWord.Quote(Below)})",
        $"case \"${VolumeWords.Variable(Name)}/\" in \"$volume\"/*) ;; *) echo \"${VolumeWords.Variable(Name)} is not "
            + "in $volume\" >&2; exit 1;; esac",
        $"[ -e \"${VolumeWords.Variable(Name)}\" ] || mkdir -p \"${VolumeWords.Variable(Name)}\"; export "
            + $"{VolumeWords.Variable(Name)}",
    ];

    private string Shown => Below.Length == 0 ? Volume : $"{Below} of {Volume}";

    /// <inheritdoc/>
    public override StepResult? Do(PlayContext playing)
    {
        var picked = VolumeTree.Open(Title, Volume, Below, Kind);
        playing.Own(Name, picked.Tree);
        playing.Conditions.Add(picked.IsDirectory ? VolumeWords.IfDirectory(Name) : VolumeWords.IfFile(Name));
        return null;
    }
}
