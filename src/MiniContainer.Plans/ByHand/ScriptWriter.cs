// --by-hand: a plan as a POSIX shell script that does the same with ip, nft, mount, unshare, nsenter, pivot_root, setpriv,
// mknod and echo; and the script that undoes it. minic's steps are lines of the one, a child's are scripts of their own in
// here-documents, which the child runs (ChildScript.cs). The protocol between the two is the tape's, over named pipes:
//
//     the script                         a child's shell
//     runs unshare ... &  ------------>  tells its pid on descriptor 4
//     notes the pid
//     id maps, network ...               waits for a line on descriptor 3
//     echo go >&3  ------------------->  goes on
//     reads descriptor 4  <------------  echo executing >&4, exec
//
// Labs 01-run, 03-threads; sh(1p).

using System.Text;
using MiniContainer.Plans.Explain;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Plans.ByHand;

/// <summary>Writes a plan as scripts.</summary>
/// <param name="title">What it is the plan of.</param>
/// <param name="plan">The plan.</param>
/// <param name="directory">The state directory.</param>
public sealed class ScriptWriter(string title, Plan plan, string directory)
{
    private readonly StringBuilder text = new();

    /// <summary>Whether the script stays until the command ends, and ends with its exit code.</summary>
    public bool Waits { get; init; }

    /// <summary>The script.</summary>
    public string Do()
    {
        text.Clear();
        Head($"{title}, by hand. To be run by root, on a host with glibc, util-linux, iproute2 and nftables.",
            "Print the script of the way back (--by-hand=undo) before you run this one: a plan names the addresses that are free when it is made.");
        text.Append("exec 9<&0\n");
        text.Append("(umask 077; mkdir -p \"$STATE\")\n");
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s, i + 1)))
        {
            if (step is ChildStep)
                continue;
            Comment(text, number, step);
            if (step is CloneChild clone)
                Run(clone);
            else
                text.AppendJoin('\n', step.ByHand).Append('\n');
            if (step is Release)
                text.Append("exec 3>&-\n");
            if (step is AwaitExec pause && plan.StepsOf(pause.Child).Any(s => s.Point == HandPoint.Pauses))
                text.Append("# What it could not do itself: let go of the old root, which lies on top of its own.\nnsenter --target \"$CHILD\" --mount umount -l /\n");
        }

        if (Waits)
            text.Append("\n# As minic run in the foreground does: stay, and end as the command does.\nexec 4<&-\nwait \"$RUN\"\n");
        return text.ToString();
    }

    /// <summary>The script that undoes it.</summary>
    public string Undo()
    {
        text.Clear();
        Head($"The way back of {title}, by hand: the undo of each step, the last one first.",
            "It may be run again and again, and after a script that failed halfway.");
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s, i + 1)).Reverse())
        {
            if (step.UndoByHand.Count == 0)
                continue;
            text.Append($"\n# {number}. undo: {step.Title}\n");
            if (step is CloneChild clone)
                Kill(clone.Child);
            else
                text.AppendJoin('\n', step.UndoByHand).Append('\n');
        }

        text.Append("\nrm -rf \"$STATE\"\n");
        // Not a step of the plan: the journal's directory, and those above it as far as they are empty.
        text.Append("rmdir \"$(dirname \"$STATE\")\" 2>/dev/null && rmdir \"$(dirname \"$(dirname \"$STATE\")\")\" 2>/dev/null\ntrue\n");
        return text.ToString();
    }

    /// <summary>A step as a comment: its number, who does what, and why.</summary>
    internal static void Comment(StringBuilder text, int number, Step step)
    {
        text.Append($"\n# {number}. {(step.Actor == "minic" ? "" : step.Actor + ": ")}{step.Title}\n");
        Note(text, $"{step.Why} {step.Man}, lab {step.Lab}.".TrimStart());
    }

    /// <summary>A comment of several lines.</summary>
    internal static void Note(StringBuilder text, string note)
    {
        foreach (var line in ExplanationText.Wrap(note, 94))
            text.Append($"#    {line}\n");
    }

    private void Head(params string[] lines)
    {
        text.Append("#!/bin/sh\n");
        foreach (var line in lines.SelectMany(l => ExplanationText.Wrap(l, 97)))
            text.Append($"# {line}\n");
        text.Append($"set {(lines[0].StartsWith("The way", StringComparison.Ordinal) ? "-u" : "-eu")}\nSTATE={ShellWord.Quote(directory)}\n");
    }

    private void Run(CloneChild clone)
    {
        var scripts = new ChildScript(plan, clone.Child).Stages();
        for (var i = 0; i < scripts.Count; i++)
        {
            var end = $"END_{i + 1}";
            while (scripts[i].Contains(end, StringComparison.Ordinal))
                end += "_";
            text.Append($"cat > \"$STATE/{clone.Child}.{i + 1}\" <<'{end}'\n{scripts[i]}{end}\n");
        }

        text.Append($"rm -f \"$STATE/{clone.Child}.go\" \"$STATE/{clone.Child}.status\"\n");
        text.Append($"mkfifo -m 0600 \"$STATE/{clone.Child}.go\" \"$STATE/{clone.Child}.status\"\n");
        var options = ChildTape.UnshareOptions(clone.Flags);
        var join = clone.PidNamespace is null ? "" : "nsenter --pid=\"/proc/$CHILD_pause/ns/pid\" ";
        text.Append($"{join}unshare --fork --propagation unchanged {options} setsid sh \"$STATE/{clone.Child}.1\" \\\n");
        text.Append($"    {Stdio(clone.Descriptors)} 9<&- 3<\"$STATE/{clone.Child}.go\" 4>\"$STATE/{clone.Child}.status\" &\n");
        text.Append($"{(Waits ? "RUN=$!\n" : "")}exec 3>\"$STATE/{clone.Child}.go\" 4<\"$STATE/{clone.Child}.status\"\n");
        text.Append($"read -r CHILD <&4\necho \"$CHILD\" > \"$STATE/{clone.Child}.pid\"\n");
        if (plan.Steps.OfType<ChildStep>().Any(s => s.Shell.Any(l => l.Contains($"$CHILD_{clone.Child}/", StringComparison.Ordinal))))
            text.Append($"export CHILD_{clone.Child}=\"$CHILD\"\n");
    }

    private static string Stdio(IReadOnlyList<string> descriptors)
    {
        string[] given = ["<&9", "", ""];
        return string.Join(" ", descriptors.Take(3).Select((d, i) => d switch
        {
            "null" => i == 0 ? "</dev/null" : $"{i}>/dev/null",
            _ when d.StartsWith("log:", StringComparison.Ordinal) => $"{i}>>{ShellWord.Quote(d[4..])}",
            _ => given[i],
        }).Where(r => r.Length > 0));
    }

    private void Kill(string child)
    {
        text.Append($"if [ -e \"$STATE/{child}.pid\" ]; then\n  read -r CHILD < \"$STATE/{child}.pid\"\n");
        // A script has no pidfd: should the process have ended, its number might be another's. minic's own undo compares start times.
        text.Append("  kill -KILL \"$CHILD\" 2>/dev/null\n  while kill -0 \"$CHILD\" 2>/dev/null && ! grep -q '^State:.Z' \"/proc/$CHILD/status\" 2>/dev/null; do sleep 0.01; done\n");
        text.Append($"  rm -f \"$STATE/{child}.pid\"\nfi\n");
    }
}
