// --by-hand=undo, and the --by-hand of the verbs that delete: the way back as a POSIX shell script, the last step first.
// Of a plan the script finds pids in the files that ScriptWriter's script left; of a journal they are known. Lab 12-oci.

using System.Globalization;
using System.Text;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.ByHand;

/// <summary>Writes the undo of a plan or journal as a script.</summary>
/// <param name="title">What is undone.</param>
/// <param name="directory">The state directory, which goes too; null for nothing of the kind.</param>
public sealed class UndoWriter(string title, string? directory)
{
    private readonly StringBuilder text = new();

    /// <summary>The undo of a plan that was played by hand.</summary>
    public string Of(Plan plan) => Script(plan.Steps.Select((s, i) => new JournalEntry(i + 1, s)));

    /// <summary>The undo of what minic made: what it found there stays, what is undone already is passed over.</summary>
    public string Of(IEnumerable<JournalEntry> entries) => Script(entries.Where(e => !e.Undone && e.Facts?.Made != false));

    private string Script(IEnumerable<JournalEntry> entries)
    {
        text.Clear();
        ScriptText.Head(text, "-u", directory, $"The way back of {title}, by hand: the undo of each step, the last one first.",
            "It may be run again and again, and after a script that failed halfway.");
        var all = entries.ToList();
        Section? section = null;
        foreach (var (entry, of) in all.Zip(Section.Of([.. all.Select(e => e.Step)])).Where(e => e.First.Step.UndoByHand.Count > 0).Reverse())
        {
            if (section != (section = of))
                ScriptText.Chapter(text, section);
            text.Append($"\n# {entry.Number}. undo: {ScriptText.OneLine(entry.Step.Title)}\n");
            if (entry is { Step: CloneChild, Facts: { Pid: { } pid, StartTime: { } start } })
                Kill(pid, start);
            else if (entry.Step is CloneChild clone)
                Kill(clone.Child);
            else
                text.AppendJoin('\n', entry.Step.UndoByHand).Append('\n');
        }

        // Not a step of the plan: the journal's directory, and those above it as far as they are empty.
        if (all.Exists(e => e.Step is UnreadStep))
            text.Append("\n[ -z \"${LEFT-}\" ] || exit 1  # what says so stays\n");
        if (directory is not null)
            text.Append("\nrm -rf \"$STATE\"\nrmdir \"$(dirname \"$STATE\")\" 2>/dev/null && rmdir \"$(dirname \"$(dirname \"$STATE\")\")\" 2>/dev/null\n");
        return text.Append("true\n").ToString();
    }

    private void Kill(string child)
    {
        text.Append($"if [ -e \"$STATE/{child}.pid\" ]; then\n  read -r CHILD < \"$STATE/{child}.pid\"\n");
        // A script has no pidfd: should the process have ended, its number might be another's. minic's own undo compares start times.
        Kill();
        text.Append($"  rm -f \"$STATE/{child}.pid\"\nfi\n");
    }

    private void Kill(int pid, ulong start)
    {
        text.Append(CultureInfo.InvariantCulture, $"CHILD={pid}  # as long as that is the number of a process that started {start} ticks after boot\n");
        text.Append(CultureInfo.InvariantCulture, $"if [ \"$(sed 's/.*) //' \"/proc/$CHILD/stat\" 2>/dev/null | cut -d' ' -f20)\" = {start} ]; then\n");
        Kill();
        text.Append("fi\n");
    }

    private void Kill()
    {
        text.Append("  kill -KILL \"$CHILD\" 2>/dev/null\n");
        text.Append("  while kill -0 \"$CHILD\" 2>/dev/null && ! grep -q '^State:.Z' \"/proc/$CHILD/status\" 2>/dev/null; do sleep 0.01; done\n");
    }
}
