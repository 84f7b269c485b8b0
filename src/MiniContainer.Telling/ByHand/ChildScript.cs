// A child's steps as shell scripts. A shell cannot do to itself all that a tape does; where that changes the order, the
// script says so:
//
//   unshare, nsenter   execute a program in what they make: the script goes on in a second file, which that program is
//   after pivot_root   the host's programs lie in the old root, on top of the new one, where "/.." leads. That becomes
//                      the current directory, and stays so to the end: a process that stands in a tree may call what is
//                      in it, though it is detached and has no path any more. The script calls their loader by name,
//                      since it would look for libraries in the new root
//   setns of exec      goes to the end, with the host's root for a current directory, for the same reason
//
// setpriv changes user and capabilities of what it executes, so all of that is one call at the end. Labs 06-mounts,
// 10-privileges; pivot_root(2), ld.so(8), setpriv(1).

using System.Text;
using MiniContainer.Plans;
using MiniContainer.Plans.ChildSteps;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Telling.ByHand;

/// <summary>Writes a child's steps as scripts.</summary>
/// <param name="plan">The plan.</param>
/// <param name="clone">The step that makes the child.</param>
internal sealed class ChildScript(Plan plan, CloneChild clone)
{
    private const string Tools = "mount umount mkdir mknod ln chown prlimit chrt renice ionice";
    private const string Loader = "\".$ld\" --library-path \".$libs\"";
    private const string Disabled = "# shellcheck disable=SC2154 # at_* are set by eval above\n";

    private readonly List<string> stages = [];
    private readonly List<string> wrappers = [];
    private readonly List<string> privileges = [];
    private readonly StringBuilder text = new();
    private bool pivoted;
    private string? enter;
    private string? directory;

    private string AllTools =>
        plan.StepsOf(clone.Child).Any(s => s.ByHand.Any(l => l.StartsWith("cp -a ", StringComparison.Ordinal)))
        ? Tools + " cp" : Tools;

    private bool Pivots => plan.StepsOf(clone.Child).Any(s => s.Role == ScriptRole.Pivots);

    /// <summary>
    /// Whether the parent must let go of a child's old root: umount(8) looks at /proc, and the child's root has none.
    /// </summary>
    public static bool HostLetsGo(Plan plan, string child) =>
        plan.StepsOf(child).Any(s => s.Role == ScriptRole.Pivots)
        && !plan.StepsOf(child).Any(s => s.ByHand.Any(l => l.StartsWith("mount -t proc ", StringComparison.Ordinal)));

    private IEnumerable<string> Pipes =>
        clone.Descriptors.Where(d => d.StartsWith("fifo:", StringComparison.Ordinal)).Select(d => d[5..]);

    /// <summary>The scripts, each of which ends by executing the next.</summary>
    public IReadOnlyList<string> Stages()
    {
        text.Append("set -eu\n");
        text.Append(
            "# The kernel's name for this shell is what the host's /proc calls it, also in a new pid namespace.\n");
        text.Append("read -r pid _ < /proc/self/stat\necho \"$pid\" >&4\n");
        if (clone.Waits)
            text.Append(
                "# The pipes of minic start: it waits on the first, and holds the second until it executes its "
                    + $"command.\nexec {string.Join(" ", Pipes.Select((p, i) => $"{6 + i}<>{ShellWord.Quote(p)}"))}\n");
        var sections = Section.Of(plan.Steps);
        Section? section = null;
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s, i + 1)))
        {
            if (step is not ChildStep mine || mine.Child != clone.Child)
                continue;
            if (mine.Role is not (ScriptRole.Continues or ScriptRole.Joins or ScriptRole.Unneeded))
                NextStage();
            if (section != (section = sections[number - 1]))
                ScriptText.Chapter(text, section);
            ScriptText.Comment(text, number, step);
            Add(mine);
        }

        stages.Add(text.ToString());
        return stages;
    }

    private void Add(ChildStep step)
    {
        switch (step.Role)
        {
            case ScriptRole.Joins when !Pivots:
                enter = step.ByHand[0];
                text.Append("#    Below, as the last thing: in there the host's programs are out of sight.\n")
                    .Append(Programs("setpriv env"));
                break;
            case ScriptRole.Continues or ScriptRole.Joins:
                wrappers.Add(step.ByHand[0]);
                break;
            case ScriptRole.Pivots:
                text.Append(Programs($"{AllTools} setpriv env sleep")).AppendJoin('\n', step.ByHand).Append('\n')
                    .Append(AfterPivot);
                pivoted = true;
                break;
            case ScriptRole.LetsGo:
                LetGo(step.ByHand);
                break;
            case ScriptRole.Moves when pivoted || enter is not null:
                directory = step.ByHand[0]["cd ".Length..];
                text.Append($"#    env below: --chdir={directory}\n");
                break;
            case ScriptRole.Privileges:
                privileges.AddRange(step.ByHand);
                text.Append($"#    setpriv below: {step.ByHand[0]}\n");
                break;
            case ScriptRole.Executes:
                Execute(step.ByHand[0], step.ByHand[1]);
                break;
            case ScriptRole.Pauses:
                Pause();
                break;
            default:
                text.AppendJoin('\n', step.ByHand).Append('\n');
                break;
        }
    }

    // Programs that execute another one stand in a row; what comes after them is the next file's.
    private void NextStage()
    {
        if (wrappers.Count == 0)
            return;
        var next = $"\"${{0%.*}}.{stages.Count + 2}\"";
        // A script that has become another user may not read the state directory any more, so it reads the file before.
        var asAnother = wrappers.Exists(w => w.StartsWith("setpriv", StringComparison.Ordinal)
            || w.Contains("--user", StringComparison.Ordinal));
        text.Append(
            $"exec {string.Join(" \\\n  ", wrappers)} \\\n  "
                + $"{(asAnother ? $"sh -c \"$(cat {next})\" {next}" : $"sh {next}")}\n");
        stages.Add(text.ToString());
        text.Clear().Append("set -eu\n");
        wrappers.Clear();
    }

    private static string Programs(string tools) => $$"""
        #    The programs of the host that are needed from here on, their loader, and its libraries:
        where() { readlink -f "$(command -v "$1")"; }
        ld=$(where /lib64/ld-linux-x86-64.so.2)
        libs=$("$ld" --list "$(where setpriv)" | sed -n 's/.* => \(.*\)\/libc\.so.*/\1/p')
        for tool in {{tools}}; do eval "at_$tool=\$(where $tool)"; done

        """;

    private string AfterPivot =>
        "#    The old root lies on top of the new one, where \"/..\" leads. This shell stands in it to the end, and "
        + "calls the\n#    host's programs from there, with the host's loader; paths from \"/\" are the container's.\n"
        + "cd -P /..\nhost() { tool=$1; shift; \".$ld\" --library-path \".$libs\" \".$tool\" \"$@\"; }\n"
        // -n: else mount(8) makes a directory for its own notes, /run/mount.
        + string.Concat(AllTools.Split(' ')
            .Select(t => $"{t}() {{ host \"$at_{t}\"{(t is "mount" or "umount" ? " -n" : "")} \"$@\"; }}\n"));

    private void Execute(string environment, string command)
    {
        if (!pivoted && enter is null)
            text.Append(Programs("setpriv env")).Append("cd /\n");
        if (pivoted && !plan.StepsOf(clone.Child).Any(s => s.Role == ScriptRole.LetsGo))
            LetGo([DetachOldRoot.LetGo]);
        text.Append(
            "# setpriv(1) does what the steps above say, and env(1) the rest: the directory, the environment, and the "
                + "signals that a\n");
        text.Append("# shell ignores in the background. It becomes the command.\n");
        // If the container was only created, the reader of this pipe has gone.
        text.Append(
            $"{(clone.Waits ? "" : "echo executing >&4\n")}{Disabled}exec "
                + $"{(enter is null ? "" : $"{enter} --wd=/ \\\n  ")}{Loader} \".$at_setpriv\"{Options} \\\n");
        text.Append(
            $"  {Loader} \".$at_env\" -i --chdir={directory ?? "/"} --default-signal=INT,QUIT,PIPE {environment} \\\n");
        text.Append($"    {command} 3<&- 4>&-{(clone.Waits ? " 6>&- 7>&-" : "")}\n");
    }

    private void LetGo(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
            text.Append(line == DetachOldRoot.LetGo && HostLetsGo(plan, clone.Child)
                ? "# umount(8) looks at /proc, and there is none in here: the host does it, once the command runs."
                : line).Append('\n');
    }

    private void Pause()
    {
        text.Append(
            "# sleep(1) is as idle as pause, but reaps no orphans, and its directory stays the host's.\necho "
                + "executing >&4\n");
        text.Append(
            $"{Disabled}exec {Loader} \".$at_env\" -i --default-signal=INT,QUIT,PIPE \\\n  {Loader} "
                + $"\".$at_setpriv\"{Options} \\\n");
        text.Append($"  {Loader} \".$at_sleep\" infinity 2>&1 3<&- 4>&-\n");
    }

    private string Options => string.Concat(privileges.Select(p => " \\\n    " + p));
}
