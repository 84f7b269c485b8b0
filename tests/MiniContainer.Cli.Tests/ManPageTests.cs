// The manual pages: all of them are there, groff has nothing to say against them, and what they show can be pasted.

using System.Diagnostics;

namespace MiniContainer.Cli.Tests;

public sealed class ManPageTests : IDisposable
{
    private readonly string pages = Directory.CreateTempSubdirectory("minic-test-").FullName;

    public void Dispose() => Directory.Delete(pages, recursive: true);

    [Fact]
    public void There_is_a_page_for_each_verb_that_help_shows_and_groff_accepts_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "needs groff: scripts/setup test");
        Write();
        Directory.GetFiles(pages).Select(Path.GetFileName).Should()
            .Contain(["minic.1", "minic-run.1", "minic-pod-run.1", "minic-doctor.1"])
            .And.NotContain(["minic-man.1", "minic-restore.1"]);
        foreach (var page in Directory.GetFiles(pages))
            Groff(page).Error.Should().BeEmpty(page);
    }

    [Fact]
    public void A_page_shows_options_as_they_are_typed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "needs groff: scripts/setup test");
        Write();
        var shown = Groff(Path.Combine(pages, "minic-run.1")).Output;
        shown.Should().StartWith("MINIC-RUN(1)").And.Contain("minic-run - make a container and run its command\n")
            .And.Contain("minic run [OPTIONS] --rootfs DIR CMD [ARG...]\n").And.Contain("       -m, --memory SIZE\n")
            .And.Contain("\nEXAMPLES\n");
        shown.Split('\n').Should().OnlyContain(l => l.Length <= 80);
        // A hyphen or a quotation mark that only looks like one would be pasted in vain.
        Groff(Path.Combine(pages, "minic-doctor.1")).Output.Should().Contain("| jq '.checks[] | select(");
        foreach (var page in Directory.GetFiles(pages))
            Groff(page).Output.Should().NotContainAny("\u2010", "\u2212");
    }

    private void Write()
    {
        var command = new MinicCommand();
        foreach (var one in ManPage.All(command))
        {
            using var file = new StreamWriter(Path.Combine(pages, ManPage.Name(one) + ".1"));
            ManPage.Write(one, file);
        }
    }

    private static (string Output, string Error) Groff(string page)
    {
        var start = new ProcessStartInfo("groff", ["-ww", "-man", "-Tutf8", "-Kutf8", "-P-c", "-rLL=78n", page])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Bold and italics as overstriking, which is taken away.
        using var groff = Process.Start(start)!;
        var error = groff.StandardError.ReadToEndAsync();
        var output = groff.StandardOutput.ReadToEnd();
        groff.WaitForExit();
        return (System.Text.RegularExpressions.Regex.Replace(output, ".\b", ""), error.Result);
    }
}
