// Small files, directories, device nodes and links that a child makes in its new root, and knobs (lab 06-mounts).

using MiniContainer.Plans.ChildSteps;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const string TriedDirectory = "cwd";

    /// <inheritdoc cref="ChangeDirectory" path="/summary"/>
    public void Chdir(string path, string why) => Add(new ChangeDirectory(path) { Why = why });

    /// <inheritdoc cref="TryDirectory" path="/summary"/>
    public void TryChdir(string path, string why)
    {
        _ = Allocate(TriedDirectory);
        Add(new TryDirectory(path) { Why = why });
    }

    /// <inheritdoc cref="ChangeDirectoryAsUser" path="/summary"/>
    public void ChdirAsUser(string path, string why)
    {
        var tried = Descriptor(TriedDirectory);
        var second = Passing("second");
        Free(tried);
        Add(new ChangeDirectoryAsUser(path, tried, second) { Why = why });
    }

    /// <inheritdoc cref="SetUmask" path="/summary"/>
    /// <param name="mask">The mask.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="letsGo">Whether a script lets go of the old root here, which the tape did earlier.</param>
    public void Umask(uint mask, string why, bool letsGo = false) => Add(new SetUmask(mask, letsGo) { Why = why });

    /// <inheritdoc cref="ChildSteps.MakeDirectories" path="/summary"/>
    public void MakeDirectories(string path, uint mode, string why) =>
        Add(new MakeDirectories(path, mode) { Why = why });

    /// <inheritdoc cref="ChildSteps.MakeEmptyFile" path="/summary"/>
    public void MakeEmptyFile(string path, uint mode, string why) => Add(new MakeEmptyFile(path, mode) { Why = why });

    /// <inheritdoc cref="ChildSteps.MakeMountPoint" path="/summary"/>
    /// <param name="path">Where.</param>
    /// <param name="descriptor">The volume's descriptor (<see cref="Steps.OpenVolume"/>).</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeMountPoint(string path, string descriptor, string why) =>
        Add(new MakeMountPoint(path, descriptor) { Why = why });

    /// <inheritdoc cref="ChildSteps.MakeNode" path="/summary"/>
    /// <param name="path">Where.</param>
    /// <param name="type">'c', 'b' or 'p', as mknod(1) has them.</param>
    /// <param name="major">Major device number.</param>
    /// <param name="minor">Minor device number.</param>
    /// <param name="mode">Permissions.</param>
    /// <param name="owner">Owner and group, or null for root's.</param>
    /// <param name="why">Why, and why here.</param>
    public void MakeNode(
        string path, char type, uint major, uint minor, uint mode, (uint Uid, uint Gid)? owner, string why) =>
        Add(new MakeNode(path, type, major, minor, mode, owner) { Why = why });

    /// <inheritdoc cref="MakeLink" path="/summary"/>
    public void Symlink(string target, string path, string why) => Add(new MakeLink(target, path) { Why = why });

    /// <inheritdoc cref="ChildSteps.WriteKnob" path="/summary"/>
    /// <param name="path">The file.</param>
    /// <param name="content">What to write, in one write(2).</param>
    /// <param name="name">The step's title.</param>
    /// <param name="why">Why, and why here.</param>
    /// <param name="man">The man page of the knob.</param>
    /// <param name="lab">The lab that teaches it.</param>
    /// <param name="shell">What a script does instead of writing it; null for nothing else.</param>
    public void WriteKnob(
        string path, string content, string name, string why, string man, string lab, string? shell = null) =>
        Add(new WriteKnob(path, content, Passing(path), name, man, lab) { Why = why, Instead = shell });

    /// <inheritdoc cref="ChildSteps.JoinCgroup" path="/summary"/>
    /// <param name="procs">The file: cgroup.procs, or tasks in version 1.</param>
    /// <param name="why">Why, and why here.</param>
    public void JoinCgroup(string procs, string why) => Add(new JoinCgroup(procs, Passing(procs)) { Why = why });
}
