// minic doctor: what this machine has and lacks, for the user who asks (all labs; docs/oci.md, "Without root").

using System.CommandLine;
using MiniContainer.Cli.Doctor;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>doctor</c>.</summary>
internal sealed class DoctorVerb : Verb
{
    private readonly Option<string> format = Format();

    public DoctorVerb(GlobalOptions globals)
        : base("doctor",
            "Show what this machine has and lacks for your containers, which option or lab each thing is for, and the "
                + "command that mends what is missing. It tries things in namespaces of its own, and changes nothing. "
                + "The exit code is 0 if all that is needed is there, and 1 if not; notes do not count.", globals)
    {
        Add(format);
        Examples = [("minic doctor", "For you; with sudo, for root."),
            ("minic doctor -f json | jq '.checks[] | select(.verdict != \"ok\")'", "For programs.")];
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        var examination = Examination.Of(StateRoot(parsed));
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(format) == "json")
            output.WriteLine(examination.ToJson());
        else
            Pager.Show(ExaminationText.Of(examination, Screen.Width()), output,
                !parsed.GetValue(GlobalOptions.NoPager));
        return examination.Ok ? 0 : 1;
    }

    private string? StateRoot(ParseResult parsed)
    {
        try
        {
            return Globals.Root(parsed).Path;
        }
        catch (MinicException)
        {
            return null;
        }
    }
}
