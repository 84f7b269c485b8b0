// A world killed, or failing, at any step of building or of taking down is put right by the next `lab`: the promise of
// containers (docs/decisions/0008) is one of worlds too.

using MiniContainer.Labs.Worlds;
using MiniContainer.Plans;

namespace MiniContainer.Labs.Tests.Worlds;

public class FaultTests
{
    private static readonly IReadOnlyList<Step> Steps = WorldPlanner.Plan(new World("box")).Steps;

    // By their numbers in the plan, as MINIC_FAULT=kill counts them: the steps that lab plays itself, and those with an
    // undo.
    private static readonly string Own = Numbers(Steps, s => s is not ChildStep);
    private static readonly string WithUndo = Numbers(Steps, s => s.UndoCallTexts.Count > 0);

    // By their numbers in the journal, as undo-kill counts them.
    private static readonly string Undone =
        Numbers([.. Steps.Where(s => s is not ChildStep)], s => s.UndoCallTexts.Count > 0);

    // What a step without an undo leaves is no more than what the steps before it left: MINIC_STRESS=1 tries those too.
    private static readonly string Tried = Environment.GetEnvironmentVariable("MINIC_STRESS") == "1" ? Own : WithUndo;

    // Each is a shell loop in a world of its own: --all, and what is left behind, must not mean the worlds of others.
    [Fact]
    public void A_world_that_is_killed_at_any_step_goes_with_the_next_up() =>
        Loop($"0 {Tried}", "kill:between:", """
            lab world up --name next >&2
            [ "$(ls /run/minic-lab)" = next ] || echo "$n: $(ls /run/minic-lab)"
            lab world down --name next >&2
            """);

    [Fact]
    public void A_world_that_is_killed_before_a_step_goes_with_down() =>
        Loop(WithUndo, "kill:before:", "lab world down >&2");

    [Fact]
    public void A_world_of_which_a_step_fails_is_gone_at_once() =>
        Loop(Tried, "fail-late:", """
            [ ! -e /run/minic-lab ] || { ls /run/minic-lab; lab world down --all >&2; }
            """, ":EIO");

    [Fact]
    public void A_down_that_is_killed_is_ended_by_the_next_up()
    {
        Lab.Require();
        Check($$"""
            for n in 0 {{Undone}}; do
                lab world up >&2
                MINIC_FAULT=undo-kill:between:$n lab world down >&2 && echo "$n: it was not killed" || :
                lab world up --name next >&2
                [ "$(ls /run/minic-lab)" = next ] || echo "$n: $(ls /run/minic-lab)"
                lab world down --name next >&2
                {{NothingLeft}}
            done
            """);
    }

    // What a world starts inherits the mark. A child whose lab was killed ends by itself, in a moment.
    private const string NothingLeft = """
        [ ! -e /run/minic-lab ] || echo "$n: $(ls -d /run/minic-lab /run/minic-lab/*) is left"
        for i in $(seq 50); do
            left=$(env -u MARK grep -lsz "^MARK=$MARK\$" /proc/[0-9]*/environ || :)
            [ -n "$left" ] || break
            sleep 0.02
        done
        [ -z "$left" ] || echo "$n: $(for f in $left; do tr '\0' ' ' < "${f%environ}cmdline"; done) is left"
        """;

    private static void Loop(string numbers, string fault, string then, string suffix = "")
    {
        Lab.Require();
        Check($$"""
            for n in {{numbers}}; do
                MINIC_FAULT={{fault}}$n{{suffix}} lab world up >&2 && echo "$n: it went well" || :
                {{then}}
                {{NothingLeft}}
            done
            """);
    }

    private static void Check(string script) => Lab.InOwnWorld($$"""
        lab() { {{Lab.Shell}} "$@"; }
        export MARK=$$-{{Lab.FreshName()}}
        {{script}}
        """).Should().BeEmpty();

    private static string Numbers(IReadOnlyList<Step> steps, Func<Step, bool> which) =>
        string.Join(' ', steps.Index().Where(s => which(s.Item)).Select(s => s.Index + 1));
}
