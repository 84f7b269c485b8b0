namespace MiniContainer.Cli.Tests.Verbs;

/// <summary>What minic spec writes.</summary>
[Collection("minic")]
public sealed class SpecTests : MinicTest
{
    [Fact]
    public void It_says_the_version_that_the_bundle_needs_which_older_runtimes_take() =>
        Make().Sh("minic spec; sed -n 's/.*\"ociVersion\": \"\\(.*\\)\".*/\\1/p' config.json").Should()
            .Be(new Outcome(0, "1.0.0\n", ""));
}
