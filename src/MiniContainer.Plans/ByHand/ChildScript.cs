// A child's steps as shell scripts. A shell cannot do to itself all that a tape does, so the order differs in three places,
// and the script says so where it does:
//
//   unshare, nsenter, setsid   execute a program in what they make: the script goes on in a second file, which that program is
//   after pivot_root           the host's programs lie under "/..", the old root on top of the new one; their loader is called by
//                              name, since it would look for libraries in the new root
//   after umount -l            they are gone; what is needed still is held open on descriptors 5 to 9: the loader, the libraries'
//                              directory, env, setpriv and sh, which closes them and executes the command
//
// setpriv changes user and capabilities of what it executes, so all of that is one call at the end. Labs 06-mounts, 10-privileges;
// pivot_root(2), ld.so(8), setpriv(1).

using System.Text;

namespace MiniContainer.Plans.ByHand;

/// <summary>Writes a child's steps as scripts.</summary>
/// <param name="plan">The plan.</param>
/// <param name="child">The child's name in it.</param>
internal sealed class ChildScript(Plan plan, string child)
{
    private const string Tools = "mount umount mkdir mknod ln chown prlimit chrt ionice";
    private const string Held = "/proc/self/fd/5 --library-path /proc/self/fd/6";
    private const string Closed = "3<&- 4>&- 5<&- 6<&- 7<&- 8<&- 9<&-";

    private readonly List<string> stages = [];
    private readonly List<string> privileges = [];
    private readonly StringBuilder text = new();

    private bool Pauses => plan.StepsOf(child).Any(s => s.Point == HandPoint.Pauses);

    /// <summary>The scripts, each of which ends by executing the next.</summary>
    public IReadOnlyList<string> Stages()
    {
        text.Append("set -eu\n");
        text.Append("# The kernel's name for this shell is what the host's /proc calls it, also in a new pid namespace.\n");
        text.Append("read -r pid _ < /proc/self/stat\necho \"$pid\" >&4\n");
        foreach (var (step, number) in plan.Steps.Select((s, i) => (s, i + 1)))
        {
            if (step is ChildStep mine && mine.Child == child)
                Add(mine, number);
        }

        stages.Add(text.ToString());
        return stages;
    }

    private void Add(ChildStep step, int number)
    {
        ScriptWriter.Comment(text, number, step);
        switch (step.Point)
        {
            case HandPoint.Continues:
                text.Append($"exec {step.Shell[0]} sh \"${{0%.*}}.{stages.Count + 2}\"\n");
                stages.Add(text.ToString());
                text.Clear().Append("set -eu\n");
                break;
            case HandPoint.Pivots:
                text.Append(BeforePivot).AppendJoin('\n', step.Shell).Append('\n').Append(AfterPivot);
                break;
            case HandPoint.LetsGo when Pauses:
                text.Append("# A root with nothing in it has no /proc to find open descriptors by: the host does it, once sleep runs.\n");
                break;
            case HandPoint.Privileges:
                privileges.AddRange(step.Shell);
                text.Append($"#    setpriv below: {step.Shell[0]}\n");
                break;
            case HandPoint.Executes:
                Execute(step.Shell[0], step.Shell[1]);
                break;
            case HandPoint.Pauses:
                Pause();
                break;
            default:
                text.AppendJoin('\n', step.Shell).Append('\n');
                break;
        }
    }

    private static string BeforePivot => $$"""
        #    From here on the host's programs lie in the old root, on top of the new one, where "/.." leads. Each is
        #    called through the host's loader, with the host's libraries. Descriptors 5 to 9 are for the end.
        where() { readlink -f "$(command -v "$1")"; }
        ld=$(ldd "$(where sh)" | sed -n 's/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p')
        ld=$(readlink -f "$ld")
        libs=$(dirname "$(readlink -f "$(ldd "$(where setpriv)" | sed -n 's/.*libc\.so[^ ]* => \([^ ]*\) .*/\1/p')")")
        for tool in {{Tools}} sleep setpriv; do eval "at_$tool=\$(where $tool)"; done
        exec 5< "$ld" 6< "$libs" 7< "$(where env)" 8< "$(where setpriv)" 9< "$(where sh)"

        """;

    private static string AfterPivot =>
        "host() { tool=$1; shift; (cd -P /.. && exec \".$ld\" --library-path \".$libs\" \".$tool\" \"$@\"); }\n"
        + string.Concat(Tools.Split(' ').Select(t => $"{t}() {{ host \"$at_{t}\" \"$@\"; }}\n"));

    private void Execute(string environment, string command)
    {
        text.Append("# env(1) sets signals back that a shell ignores in the background; setpriv(1) does what the steps above say;\n");
        text.Append("# the last sh closes what is the host's, and becomes the command.\n");
        text.Append($"echo executing >&4\nexec {Held} /proc/self/fd/7 -i --default-signal=INT,QUIT,PIPE {environment} \\\n");
        text.Append($"  {Held} /proc/self/fd/8{Options} \\\n");
        text.Append($"  {Held} /proc/self/fd/9 -c 'unset PWD OLDPWD SHLVL; exec {Closed}; exec \"$@\"' sh \\\n    {command}\n");
    }

    // Its program comes from the old root, which the host detaches afterwards: the process keeps what it has mapped.
    private void Pause()
    {
        text.Append("# sleep(1) is as idle as pause, but reaps no orphans, and its directory stays the host's.\necho executing >&4\ncd -P /..\n");
        text.Append($"# shellcheck disable=SC2154\nexec \".$ld\" --library-path \".$libs\" \".$at_setpriv\"{Options} \\\n");
        text.Append($"  \".$ld\" --library-path \".$libs\" \".$at_sleep\" infinity {Closed}\n");
    }

    private string Options => string.Concat(privileges.Select(p => " \\\n    " + p));
}
