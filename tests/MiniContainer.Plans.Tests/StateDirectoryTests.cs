using MiniContainer.Kernel;

namespace MiniContainer.Plans.Tests;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("minic-state-").FullName;

    private StateRoot Root => new($"{root}/s", JournalTests.Kinds);

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_name_can_be_claimed_once()
    {
        using var first = StateDirectory.Claim(Root, $"{root}/s/containers/box", "container box");

        var again = () => StateDirectory.Claim(Root, $"{root}/s/containers/box", "container box");

        again.Should().Throw<MinicException>().WithMessage("make container box: the name is in use.*minic delete*");
    }

    [Fact]
    public void Whoever_is_playing_holds_the_lock()
    {
        using (StateDirectory.Claim(Root, $"{root}/s/box", "box"))
            StateDirectory.TryLock(Root, $"{root}/s/box").Should().BeNull();
        using var free = StateDirectory.TryLock(Root, $"{root}/s/box");
        free.Should().NotBeNull();
    }

    [Fact]
    public void Removal_takes_empty_parents_along_but_not_the_neighbours()
    {
        using var one = StateDirectory.Claim(Root, $"{root}/s/containers/one", "one");
        using (var two = StateDirectory.Claim(Root, $"{root}/s/containers/two", "two"))
            two.Remove();
        Directory.Exists($"{root}/s/containers/one").Should().BeTrue();
        one.Remove();
        Directory.Exists($"{root}/s").Should().BeFalse();
        Directory.Exists(root).Should().BeTrue();
    }

    [Fact]
    public async Task Many_can_claim_and_remove_neighbours_at_once()
    {
        var work = Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            for (var round = 0; round < 50; round++)
            {
                using var mine = StateDirectory.Claim(Root, $"{root}/s/containers/c{i}", "c");
                File.WriteAllText(Path.Combine(mine.Path, Journal.FileName), "x");
                mine.Remove();
            }
        }));
        await Task.WhenAll(work);
        Directory.Exists($"{root}/s").Should().BeFalse();
    }

    [Fact]
    public void One_that_was_removed_while_we_waited_is_not_taken_for_the_old_one()
    {
        var path = $"{root}/s/box";
        var first = StateDirectory.Claim(Root, path, "box");
        StateDirectory? second = null;
        var waiter = new Thread(() => second = StateDirectory.Lock(Root, path));
        waiter.Start();
        first.Remove();
        first.Dispose();
        waiter.Join();
        second.Should().BeNull();
    }
}
