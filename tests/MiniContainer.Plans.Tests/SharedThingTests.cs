// A shared thing: its first user plays the steps that make it, its last one their undo, and a minic that died anywhere
// between leaves what the next one puts right. No root needed: what is shared here is files.

using System.Text.Json.Serialization;
using MiniContainer.Kernel;

namespace MiniContainer.Plans.Tests;

public sealed class SharedThingTests : IDisposable
{
    private static readonly StepFamily Family =
        new(() => SharedJson.Default, [("join-thing", typeof(JoinThing)), ("make-shared", typeof(MakeShared))]);

    private static readonly StepKinds Kinds = new(() => [Family]);

    private readonly string root = Directory.CreateTempSubdirectory("minic-shared-").FullName;
    private int journals;

    private string Things => $"{root}/things";

    private string Thing => $"{Things}/one";

    private string JournalOfThing => $"{Thing}/journal";

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void The_first_user_makes_it_and_the_last_one_undoes_it_backward()
    {
        using var box = Play("box", "a", "b");
        var written = File.ReadAllText(JournalOfThing);
        using var other = Play("other", "a", "b");
        File.ReadAllText(JournalOfThing).Should().Be(written, "nothing was missing");

        Backward.Play(box).Should().BeEmpty();
        Made().Should().Equal("a", "b");
        Backward.Play(other).Should().BeEmpty();
        Made().Should().BeEmpty();
        Directory.Exists(Things).Should().BeFalse();
    }

    [Fact]
    public void What_is_shared_stands_in_no_users_journal()
    {
        using var box = Play("box", "a");
        box.Entries.Should().ContainSingle().Which.Step.Should().BeOfType<JoinThing>();
        using var journal = Journal.Open(JournalOfThing, Kinds);
        journal.Header!.Should().BeEquivalentTo(new { Kind = "thing", Id = "one", Owner = ProcessIdentity.Self });
        journal.Entries.Should().ContainSingle().Which.Step.Should().BeOfType<MakeShared>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_another_version_made_is_refused_by_name_and_nothing_is_lost(bool inUse)
    {
        Directory.CreateDirectory($"{Thing}/users");
        File.WriteAllText($"{Thing}/bridge", "minic0");
        if (inUse)
            File.WriteAllText($"{Thing}/users/old:eth0", "");

        var join = () => Play("box", "a");
        var end = () => Backward.End(new SharedThing(Thing, Kinds));

        join.Should().Throw<MinicException>().WithMessage($"*{Thing}*no journal*{Thing}/bridge*another version*");
        end.Should().Throw<MinicException>().WithMessage($"*{Thing}/bridge*");
        File.ReadAllText($"{Thing}/bridge").Should().Be("minic0");
    }

    [Fact]
    public void A_later_user_who_wants_more_appends()
    {
        using var box = Play("box", "a");
        using var other = Play("other", "a", "b");
        Backward.Play(other).Should().BeEmpty();
        Made().Should().Equal("a", "b");
        Backward.Play(box).Should().BeEmpty();
        Made().Should().BeEmpty();
    }

    [Fact]
    public void What_was_there_before_stays_until_it_is_ours()
    {
        File.WriteAllText($"{root}/a", "");
        using var box = Play("box", "a");
        Backward.Play(box).Should().BeEmpty();
        Made().Should().Equal("a");

        using var again = Play("again", "a");
        File.Delete($"{root}/a");
        using var other = Play("other", "a");
        Made().Should().Equal("a");
        Backward.Play(again).Should().BeEmpty();
        Backward.Play(other).Should().BeEmpty();
        Made().Should().BeEmpty("it was made again");
    }

    [Fact]
    public void What_others_took_away_the_next_user_makes_and_writes_nothing()
    {
        using var box = Play("box", "a");
        var written = File.ReadAllText(JournalOfThing);
        File.Delete($"{root}/a");
        using var other = Play("other", "a");
        Made().Should().Equal("a");
        File.ReadAllText(JournalOfThing).Should().Be(written);
        Backward.Play(box).Should().BeEmpty();
        Backward.Play(other).Should().BeEmpty();
        Made().Should().BeEmpty();
    }

    // The journal as it is after each of its lines, with the file made or not yet.
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void A_user_who_died_in_the_middle_is_followed_by_another(int lines, bool made)
    {
        using (Play("box", "a"))
        {
        }

        File.WriteAllLines(JournalOfThing, File.ReadAllLines(JournalOfThing)[..lines]);
        if (!made)
            File.Delete($"{root}/a");
        using var other = Play("other", "a", "b");
        Made().Should().Equal("a", "b");
        using var box = Journal.Open($"{root}/journal1", Kinds);
        Backward.Play(box).Should().BeEmpty();
        Backward.Play(other).Should().BeEmpty();
        Made().Should().BeEmpty();
        Directory.Exists(Things).Should().BeFalse();
    }

    [Fact]
    public void What_has_no_users_is_ended_before_it_is_made_anew()
    {
        using (Play("box", "a", "b"))
        {
        }

        // It left, and died before the end.
        File.Delete($"{Thing}/users/box");
        using var other = Play("other", "b");
        Made().Should().Equal("b");
        using var box = Journal.Open($"{root}/journal1", Kinds);
        Backward.Play(box).Should().BeEmpty();
        Made().Should().Equal("b");
        Backward.Play(other).Should().BeEmpty();
        Made().Should().BeEmpty();
    }

    [Fact]
    public void A_user_of_a_thing_that_fails_is_rolled_back_and_leaves_it_to_the_others()
    {
        using var box = Play("box", "a");
        var failing = () => Play("other", "a", "no/such/directory");
        failing.Should().Throw<MinicException>();
        Directory.GetFiles($"{Thing}/users").Select(Path.GetFileName).Should().Equal("box");
        Backward.Play(box).Should().BeEmpty();
        Directory.Exists(Things).Should().BeFalse();
    }

    [Fact]
    public void A_line_that_cannot_be_read_is_refused_by_name_and_nothing_is_lost()
    {
        using var box = Play("box", "a", "b");
        File.AppendAllText(JournalOfThing, "{\"n\":9,\"begin\":{\"make-vxlan\":{\"name\":\"v\"}}}\n");
        using var other = Play("other", "b");
        Backward.Play(other).Should().BeEmpty("others use it still");

        Backward.Play(box).Should().ContainSingle().Which.Message.Should()
            .Contain("end the thing one: undo the step \"make-vxlan\" of line").And.Contain($"rm -r {Thing}");
        Made().Should().BeEmpty("what can be undone is");
        box.Clean.Should().BeFalse();

        var next = () => Play("next", "a");
        next.Should().Throw<MinicException>().WithMessage("end the thing one: *make-vxlan*");
        using (var journal = Journal.Open($"{root}/journal{journals}", Kinds))
            journal.Clean.Should().BeTrue("it never joined, so it has nothing to end");
        File.ReadAllText(JournalOfThing).Should().Contain("make-vxlan");

        var lines = File.ReadAllLines(JournalOfThing);
        File.WriteAllLines(JournalOfThing, lines.Where(l => !l.Contains("make-vxlan", StringComparison.Ordinal)));
        Backward.Play(box).Should().BeEmpty();
        Directory.Exists(Things).Should().BeFalse();
    }

    [Fact]
    public void An_undo_that_is_only_read_has_what_is_shared_behind_the_last_user()
    {
        using var box = Play("box", "a", "b");
        SharedThing.WithShared(box.Entries, Kinds).Select(e => e.Step.Title).Should().Equal("join", "make a", "make b");
        using var other = Play("other", "a");
        SharedThing.WithShared(box.Entries, Kinds).Select(e => e.Step.Title).Should().Equal("join");
    }

    private Journal Play(string user, params string[] files)
    {
        var plan = new Plan();
        plan.Add(new JoinThing(Thing, user));
        foreach (var file in files)
            plan.Add(new MakeShared(Thing, $"{root}/{file}"));
        using var playing = new PlayContext(plan);
        var journal = Journal.Create($"{root}/journal{++journals}", Kinds, JournalTests.Header(user));
        try
        {
            Forward.Play(plan, journal, playing);
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    private IEnumerable<string> Made() =>
        Directory.GetFiles(root).Select(f => Path.GetFileName(f))
            .Where(f => !f.StartsWith("journal", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}

internal sealed record JoinThing(string Directory, string User) : Step
{
    public override string Title => "join";

    public override IReadOnlyList<string> CallTexts => [];

    public override string Man => "";

    public override string Lab => "22-cni";

    public override IReadOnlyList<string> ByHand => [];

    public override SharedUse Uses => new(Directory, "thing", User);

    public override StepResult? Do(PlayContext playing) => null;
}

internal sealed record MakeShared(string Directory, string File) : SharedStep(Directory)
{
    public override string Title => $"make {Path.GetFileName(File)}";

    public override IReadOnlyList<string> CallTexts => [];

    public override string Man => "";

    public override string Lab => "22-cni";

    public override IReadOnlyList<string> ByHand => [];

    protected override IReadOnlyList<string> WayBack => [];

    protected override IReadOnlyList<string> WayBackByHand => [];

    public override StepResult Find(SharedThing thing) => new() { Made = !System.IO.File.Exists(File) };

    public override StepResult? Do(PlayContext playing)
    {
        Knob.Write(File, "", create: true);
        return null;
    }

    public override void Undo(StepResult? facts)
    {
        if (IsOurs)
            Knob.Remove(File);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JoinThing))]
[JsonSerializable(typeof(MakeShared))]
internal sealed partial class SharedJson : JsonSerializerContext;
