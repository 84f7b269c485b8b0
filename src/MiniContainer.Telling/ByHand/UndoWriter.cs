// --by-hand=undo, and the --by-hand of the verbs that delete: the way back as a POSIX shell script, the last step
// first. Of a plan the script finds pids in the files that ScriptWriter's script left; of a journal they are known.
// What is shared with others stays while it has more than one user: such a script has no lock, but looks. Lab 12-oci.

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
    /// <remarks>What is shared is undone by the lines that the script by hand left for the last user.</remarks>
    public string Of(Plan plan) =>
        Script(plan.Steps.Select((s, i) => new JournalEntry(i + 1, s)).Where(e => e.Step.Shared is null), []);

    /// <summary>
    /// The undo of what minic made: what it found there stays, what is undone already is passed over.
    /// </summary>
    public string Of(IReadOnlyList<JournalEntry> entries) => Script(
        entries.Where(e => !e.Undone && e.Facts?.Made != false),
        [.. entries.Select(e => e.Step.Shared).OfType<string>()]);

    // ends: the directories of shared things whose journals are among the entries.
    private string Script(IEnumerable<JournalEntry> entries, HashSet<string> ends)
    {
        text.Clear();
        ScriptText.Head(text, "-u", directory,
            $"The way back of {title}, by hand: the undo of each step, the last one first.",
            "It may be run again and again, and after a script that failed halfway.");
        var all = entries.ToList();
        Section? section = null;
        foreach (var (entry, of) in all.Zip(Section.Of([.. all.Select(e => e.Step)]))
            .Where(e => e.First.Step.UndoByHand.Count > 0).Reverse())
        {
            if (section != (section = of))
                ScriptText.Chapter(text, section);
            var place = entry.Step.Shared is { } journal ? $" of {journal}/{Journal.FileName}" : "";
            text.Append($"\n# {entry.Number}{place}. undo: {ScriptText.OneLine(entry.Step.Title)}\n");
            if (entry is { Step: CloneChild, Facts: { Pid: { } pid, StartTime: { } start } })
                Kill(pid, start);
            else if (entry.Step is CloneChild clone)
                Kill(clone.Child);
            else if (entry.Step.Shared is { } shared)
            {
                text.Append($"if {IsLast(shared, all)}; then\n  ")
                    .AppendJoin("\n  ", entry.Step.UndoByHand).Append("\nfi\n");
            }
            else
                text.AppendJoin('\n', entry.Step.UndoByHand).Append('\n');
            // The journal of what is shared, all of which is undone by now, unless something says that it is not.
            if (entry.Step.Uses is { } use && ends.Contains(use.Directory))
            {
                text.Append($"if [ -z \"${{LEFT-}}$(ls {Users(use.Directory)} 2>/dev/null)\" ]; then\n")
                    .Append($"  rm -rf {ShellWord.Quote(use.Directory)}\n")
                    .Append($"  rmdir {ShellWord.Quote(Above(use.Directory))} 2>/dev/null\nfi\n");
            }
        }

        // Not a step of the plan: the journal's directory, and those above it as far as they are empty.
        if (all.Exists(e => e.Step is UnreadStep))
            text.Append("\n[ -z \"${LEFT-}\" ] || exit 1  # what says so stays\n");
        if (directory is not null)
            text.Append(
                "\nrm -rf \"$STATE\"\nrmdir \"$(dirname \"$STATE\")\" 2>/dev/null && rmdir \"$(dirname \"$(dirname "
                    + "\"$STATE\")\")\" 2>/dev/null\n");
        return text.Append("true\n").ToString();
    }

    // Whether it has one user or none, and so has, if that is a shared thing too, the user.
    private static string IsLast(string shared, IReadOnlyList<JournalEntry> all)
    {
        var above = all.FirstOrDefault(e => e.Step.Uses?.Directory == shared)?.Step.Shared;
        return (above is null ? "" : $"{IsLast(above, all)} && ")
            + $"[ \"$(find {Users(shared)} -type f 2>/dev/null | wc -l)\" -le 1 ]";
    }

    private static string Above(string directory) => Path.GetDirectoryName(directory)!;

    private static string Users(string shared) => ShellWord.Quote(SharedThing.UsersOf(shared));

    private void Kill(string child)
    {
        text.Append($"if [ -e \"$STATE/{child}.pid\" ]; then\n  read -r CHILD < \"$STATE/{child}.pid\"\n");
        // A script has no pidfd: should the process have ended, its number might be another's. minic's own undo
        // compares start times.
        Kill();
        text.Append($"  rm -f \"$STATE/{child}.pid\"\nfi\n");
    }

    private void Kill(int pid, ulong start)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"CHILD={pid}  # as long as that is the number of a process that started {start} ticks after boot\n");
        text.Append(CultureInfo.InvariantCulture,
            $"if [ \"$(sed 's/.*) //' \"/proc/$CHILD/stat\" 2>/dev/null | cut -d' ' -f20)\" = {start} ]; then\n");
        Kill();
        text.Append("fi\n");
    }

    private void Kill()
    {
        text.Append("  kill -KILL \"$CHILD\" 2>/dev/null\n");
        text.Append(
            "  while kill -0 \"$CHILD\" 2>/dev/null && ! grep -q '^State:.Z' \"/proc/$CHILD/status\" 2>/dev/null; do "
                + "sleep 0.01; done\n");
    }
}
