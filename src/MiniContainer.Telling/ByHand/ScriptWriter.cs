// --by-hand: a plan as a POSIX shell script that does the same with ip, nft, mount, unshare, nsenter, pivot_root,
// setpriv, mknod and echo; UndoWriter.cs writes the way back. minic's steps are lines of the script, a child's are
// scripts of their own in here-documents, which the child runs (ChildScript.cs). The protocol between the two is the
// tape's, over named pipes:
//
//     the script                         a child's shell
//     runs unshare ... &  ------------>  tells its pid on descriptor 4
//     notes the pid
//     id maps, network ...               waits for a line on descriptor 3
//     echo go >&3  ------------------->  goes on
//     reads descriptor 4  <------------  echo executing >&4, exec
//
// One child is made after the other, so 3, 4 and CHILD are always those of the last. Labs 01-run, 03-threads; sh(1p).

using System.Text;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.ByHand;

/// <summary>Writes a plan as a script.</summary>
/// <param name="title">What it is the plan of.</param>
/// <param name="plan">The plan.</param>
/// <param name="directory">Where the script keeps its files; null for a plan that makes no child.</param>
public sealed class ScriptWriter(string title, Plan plan, string? directory)
{
    private readonly StringBuilder text = new();
    private readonly Dictionary<string, CloneChild> clones = plan.Steps.OfType<CloneChild>().ToDictionary(c => c.Child);

    /// <summary>Whether the script stays until the command ends, and ends with its exit code.</summary>
    public bool Waits { get; init; }

    /// <summary>What <c>minic start</c> plays later, of a plan whose child waits for that.</summary>
    public IReadOnlyList<Step> Start { get; init; } = [];

    /// <summary>The script.</summary>
    public string Do()
    {
        text.Clear();
        var forUser = plan.Steps.OfType<MapIds>().Any(m => m.DenySetgroups || m.NewUidMap is not null);
        ScriptText.Head(text, "-eu", directory,
            $"{title}, by hand. To be run by {(forUser ? "the user who asked for it" : "root")}, on a host with "
                + "glibc, util-linux, iproute2 and nftables.", plan.Steps.Any(s => s.UndoByHand.Count > 0)
            ? "Print the script of the way back (--by-hand=undo) before you run this one: a plan names the addresses "
                + "that are free when it is made."
            : "There is nothing to undo: what it does goes away with the container.");
        if (directory is not null)
            text.Append("exec 9<&0\n(umask 077; mkdir -p \"$STATE\")\n");
        var sections = Section.Of(plan.Steps);
        Section? section = null;
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s, i + 1)).Where(s => s.s is not ChildStep))
        {
            if (section != (section = sections[number - 1]))
                ScriptText.Chapter(text, section);
            ScriptText.Comment(text, number, step);
            if (step is CloneChild clone)
                Run(clone);
            else
                text.AppendJoin('\n', step.ByHand).Append('\n');
            // Not ==: two of them may say the same.
            if (step is Release release
                && ReferenceEquals(plan.Steps.Last(s => s is Release other && other.Child == release.Child), release))
                text.Append("exec 3>&-\n");
            if (step is AwaitExec { Child: var run } && ChildScript.HostLetsGo(plan, run)
                || step is AwaitReady { Child: var made } && clones[made].Waits && ChildScript.HostLetsGo(plan, made))
                text.Append(
                    "# What it could not do itself: let go of the old root, which lies on top of its own.\nnsenter "
                        + "--target \"$CHILD\" --mount umount -l /\n");
        }

        foreach (var clone in clones.Values.Where(c => c.Waits))
            WriteStart(clone);
        if (Waits)
            text.Append(
                "\n# As minic in the foreground does: stay, and end as the command does.\nexec 4<&-\nwait \"$RUN\"\n");
        return text.ToString();
    }

    private void Run(CloneChild clone)
    {
        var scripts = new ChildScript(plan, clone).Stages();
        for (var i = 0; i < scripts.Count; i++)
            ScriptText.File(text, $"\"$STATE/{clone.Child}.{i + 1}\"", $"END_{i + 1}", scripts[i]);
        if (clone.Kept > 3)
            text.Append("# Not by hand: --preserve-fds. The descriptors from 3 on are this script's own.\n");
        var (go, status) = ($"\"$STATE/{clone.Child}.go\"", $"\"$STATE/{clone.Child}.status\"");
        text.Append($"rm -f {go} {status}\nmkfifo -m 0600 {go} {status}\n");
        text.Append($"{clone.Maker} sh \"$STATE/{clone.Child}.1\" \\\n");
        text.Append($"    {Stdio(clone)}9<&- 3<{go} 4>{status} &\n");
        if (Waits || plan.Steps.OfType<AwaitSuccess>().Any(w => w.Child == clone.Child))
            text.Append("RUN=$!\n");
        text.Append($"exec 3>{go} 4<{status}\n");
        text.Append($"read -r CHILD <&4\necho \"$CHILD\" > \"$STATE/{clone.Child}.pid\"\n");
        if (plan.Steps.SelectMany(s => s.ByHand)
            .Any(l => l.Contains($"$CHILD_{clone.Child}/", StringComparison.Ordinal)))
            text.Append($"export CHILD_{clone.Child}=\"$CHILD\"\n");
    }

    private static string Stdio(CloneChild clone) => string.Concat(clone.Descriptors.Take(3).Select((d, i) => d switch
    {
        // What goes wrong in the child's script is to be seen; pause itself has nothing to say.
        "null" => i switch { 0 => "</dev/null ", 1 => ">/dev/null ", _ => $"2>\"$STATE/{clone.Child}.errors\" " },
        _ when d.StartsWith("log:", StringComparison.Ordinal) => $"{(i == 1 ? "" : i)}>>{ShellWord.Quote(d[4..])} ",
        _ => i == 0 ? "<&9 " : "",
    }));

    // `minic start` needs a journal, which only minic writes.
    private void WriteStart(CloneChild clone)
    {
        var script = new StringBuilder("set -eu\n");
        script.Append($"read -r CHILD < {ShellWord.Quote($"{directory}/{clone.Child}.pid")}\nexport CHILD\n");
        foreach (var step in Start)
            script.Append($"\n# {step.Title}\n").AppendJoin('\n', step.ByHand).Append('\n');
        text.Append(
            "\n# The container is created. minic does not know it, since no journal tells of it; this is its minic "
                + "start:\n");
        ScriptText.File(text, "\"$STATE/start.sh\"", "END", script.ToString());
        text.Append("echo \"To start it: sh $STATE/start.sh\" >&2\n");
    }
}
