// What profiles look like, of made-up times.

using MiniContainer.Plans.ChildSteps;
using MiniContainer.Telling.Profiling;
using MiniContainer.Testing;

namespace MiniContainer.Telling.Tests;

public sealed class ProfileTests
{
    private static Profile Sample()
    {
        List<ProfileSpan> spans =
        [
            new("minic", "start of the program (processor time)", ProfileKind.Runtime, 0, 3100),
            new("minic", "read the command line", ProfileKind.Runtime, 3100, 900),
            new("minic", "make the cgroup /sys/fs/cgroup/minic/box", ProfileKind.Cgroups, 4100, 55.5) { Journal = 30 },
            new("minic", "make the process box", ProfileKind.Process, 4200, 310) { Journal = 24.5 },
            new("box", "wait for go", ProfileKind.Process, 4480.2, 639.8) { Waits = true },
            new("minic", "set lo up inside", ProfileKind.Network, 4600, 420) { Journal = 20 },
            new("minic", "wait until box has executed its command", ProfileKind.Process, 5130, 1300)
            {
                Waits = true,
                Journal = 12,
            },
        ];
        for (var i = 0; i < 40; i++)
            spans.Add(
                new ProfileSpan("box", $"mount <fs{i}> on /mnt/{i}",
                    i % 8 == 7 ? ProfileKind.Privileges : ProfileKind.Mounts, 5120 + (i * 20),
                    i == 20 ? 19.9 : 5 + i % 3));
        spans.Add(new ProfileSpan("box", "execute true", ProfileKind.Process, 5930, 480));
        spans.Add(
            new ProfileSpan("minic, undoing", "make the cgroup /sys/fs/cgroup/minic/box", ProfileKind.Cgroups, 6500,
                1200));
        return new Profile("minic run", [.. spans.OrderBy(s => s.Start)]) { Command = 2_300_000, Zero = 1e9 };
    }

    [Fact]
    public void As_a_table() => Golden.Check(ProfileTable.Render(Sample(), 120, colour: false), "profile.txt");

    [Fact]
    public void As_a_narrow_table_in_colour() =>
    Golden.Check(ProfileTable.Render(Sample(), 80, colour: true), "profile-80.txt");

    [Fact]
    public void As_a_picture() => Golden.Check(ProfileSvg.Render(Sample()), "profile.svg");

    [Fact]
    public void As_JSON_and_back() =>
    Profile.FromJson(Sample().ToJson()).Should().BeEquivalentTo(Sample(), o => o.WithStrictOrdering());

    [Fact]
    public void A_picture_has_few_bars_and_is_XML()
    {
        var picture = System.Xml.Linq.XDocument.Parse(ProfileSvg.Render(Sample()));
        picture.Descendants().Count(e => e.Name.LocalName == "tspan").Should().BeInRange(9, 34);
    }

    [Fact]
    public void Two_profiles_share_an_axis()
    {
        var front = new Profile("front", [new("minic", "wait", ProfileKind.Runtime, 0, 500) { Waits = true }])
        {
            Zero = 1000,
        };
        var monitor = new Profile("monitor", [new("monitor", "work", ProfileKind.Process, 10, 100)]) { Zero = 1200 };

        front.With(monitor).Spans.Select(s => (s.Who, s.Start)).Should().Equal(("minic", 0), ("monitor", 210));
    }

    [Fact]
    public void Every_lab_has_a_kind_that_is_known()
    {
        string[] labs = ["01-run", "02-uts", "05-chroot", "06-mounts", "08-cgroups", "09-rootless", "10-privileges",
            "12-oci", "14-bridge", "20-pause", "22-cni"];
        var kinds = labs.Select(l => ProfileKind.Of(new WriteKnob("/knob", "1", 3, "n", "m", l))).ToList();
        kinds.Should().OnlyContain(k => ProfileKind.All.Contains(k)).And
            .Contain([ProfileKind.Cgroups, ProfileKind.Mounts, ProfileKind.Network, ProfileKind.Privileges]);
    }
}
