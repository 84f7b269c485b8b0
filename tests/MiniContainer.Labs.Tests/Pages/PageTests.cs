// The pages are true: what they show is run, and prints what they say.

using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Tests.Pages;

public class PageTests
{
    private static IEnumerable<string> Files =>
        ["README.md", "labs/README.md", "rootfs/README.md", .. Docs.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Docs =>
        Directory.EnumerateFiles($"{PageSession.Root}/docs", "*.md").Select(f => $"docs/{Path.GetFileName(f)}");

    public static TheoryData<string> Pages => [.. Files];

    public static TheoryData<string, string> Sessions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var page in Files.Select(Read))
            {
                var shown = page.Parts.Where(p => p.Block.Language == "console");
                foreach (var session in shown.Select(p => p.Session).Distinct())
                    data.Add(page.Name, session);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_is_run_or_says_why_it_is_not(string page)
    {
        var read = Read(page);
        read.Problems.Should().BeEmpty();
        var tests = read.Parts.Select(p => p.Test).OfType<string>();
        tests.Where(t => !Names(t, page)).Should().BeEmpty("such a test takes it from the page");
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void What_a_page_shows_is_what_happens(string page, string session)
    {
        Worlds.Lab.Require("cram3");
        Provisioned("bookworm");
        Assert.SkipUnless(File.Exists($"{PageSession.Root}/out/minic"), "needs out/minic: scripts/build");
        var read = Read(page);
        var needs = read.Parts.SelectMany(p => p.Block.Attribute("needs")?.Split(',') ?? []);
        Abilities.Lacking(needs).Should().BeNull("the machine can do all of it");
        PageSession.Differences(read, session).Should().BeEmpty();
    }

    [Theory]
    [InlineData("bookworm")]
    [InlineData("trixie")]
    public void A_minimal_Debian_can_be_provisioned(string suite) => Provisioned(suite);

    // scripts/test does it, and keeps it, before there is no network any more.
    private static void Provisioned(string suite)
    {
        var machine = $"{PageSession.Root}/out/machine/{suite}";
        Assert.SkipUnless(Directory.Exists(machine), $"needs a minimal Debian: scripts/machine prove {suite}");
        var log = $"out/log/provision-{suite}.log";
        Directory.Exists($"{machine}-provisioned").Should().BeTrue($"scripts/provision works there; see {log}");
    }

    private static bool Names(string test, string page)
    {
        var file = $"{PageSession.Root}/{test}";
        return File.Exists(file) && File.ReadAllText(file).Contains(page, StringComparison.Ordinal);
    }

    private static Page Read(string page) => Page.Parse(page, File.ReadAllLines($"{PageSession.Root}/{page}"));
}
