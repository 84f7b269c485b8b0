using MiniContainer.Kernel;

namespace MiniContainer.Plans.Tests;

public sealed class StateDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("minic-state-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_name_can_be_claimed_once()
    {
        using var first = StateDirectory.Claim($"{root}/s/containers/box", "container box");

        var again = () => StateDirectory.Claim($"{root}/s/containers/box", "container box");

        again.Should().Throw<MinicException>().WithMessage("make container box: the name is in use.*minic delete*");
    }

    [Fact]
    public void Whoever_is_playing_holds_the_lock()
    {
        using (StateDirectory.Claim($"{root}/s/box", "box"))
            StateDirectory.TryLock($"{root}/s/box").Should().BeNull();
        using var free = StateDirectory.TryLock($"{root}/s/box");
        free.Should().NotBeNull();
    }

    [Fact]
    public void Removal_takes_empty_parents_along_but_not_the_neighbours()
    {
        using var one = StateDirectory.Claim($"{root}/s/containers/one", "one");
        using (var two = StateDirectory.Claim($"{root}/s/containers/two", "two"))
            two.Remove($"{root}/s");
        Directory.Exists($"{root}/s/containers/one").Should().BeTrue();
        one.Remove($"{root}/s");
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
                using var mine = StateDirectory.Claim($"{root}/s/containers/c{i}", "c");
                File.WriteAllText(mine.JournalPath, "x");
                mine.Remove($"{root}/s");
            }
        }));
        await Task.WhenAll(work);
        Directory.Exists($"{root}/s").Should().BeFalse();
    }

    [Fact]
    public void One_that_was_removed_while_we_waited_is_not_taken_for_the_old_one()
    {
        var path = $"{root}/s/box";
        var first = StateDirectory.Claim(path, "box");
        StateDirectory? second = null;
        var waiter = new Thread(() => second = StateDirectory.Lock(path));
        waiter.Start();
        first.Remove($"{root}/s");
        first.Dispose();
        waiter.Join();
        second.Should().BeNull();
    }
}
