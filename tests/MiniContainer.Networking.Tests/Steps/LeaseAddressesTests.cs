// Leases on disk, as host-local writes them, and the lock under which they are chosen. No root needed.

using System.Net;
using MiniContainer.Kernel;
using MiniContainer.Networking.Steps;
using MiniContainer.Plans;

namespace MiniContainer.Networking.Tests.Steps;

public sealed class LeaseAddressesTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("minic-leases-").FullName;

    private string Networks => $"{root}/networks";

    private string Leases => $"{Networks}/n/leases";

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_lease_is_a_file_as_host_local_has_it()
    {
        using var playing = new PlayContext(new Plan());
        Of("box", "10.0.0.2", "fd00::2").Do(playing);
        File.ReadAllText($"{Leases}/10.0.0.2").Should().Be("box\r\neth0");
        File.ReadAllText($"{Leases}/last_reserved_ip.1").Should().Be("fd00::2");
        LeaseAddresses.InUse(Leases).Should().BeEquivalentTo([IPAddress.Parse("10.0.0.2"), IPAddress.Parse("fd00::2")]);
        LeaseAddresses.Last(Leases, 0).Should().Be(IPAddress.Parse("10.0.0.2"));
        LeaseAddresses.HolderOf(Leases, "10.0.0.2").Should().Be(("box", "eth0"));
    }

    [Fact]
    public void An_address_has_one_holder_and_the_loser_frees_its_own_alone()
    {
        using var playing = new PlayContext(new Plan());
        Of("box", "10.0.0.2").Do(playing);
        var second = Of("other", "10.0.0.3", "10.0.0.2");
        second.Invoking(s => s.Do(playing)).Should().Throw<MinicException>()
            .WithMessage("lease 10.0.0.3 and 10.0.0.2: *says that box has it*minic gc*");
        second.Undo(null);
        LeaseAddresses.InUse(Leases).Should().ContainSingle().Which.Should().Be(IPAddress.Parse("10.0.0.2"));
    }

    [Fact]
    public void Undoing_twice_does_not_free_the_next_holders_lease()
    {
        using var playing = new PlayContext(new Plan());
        var first = Of("box", "10.0.0.2");
        first.Do(playing);
        first.Undo(null);
        Of("other", "10.0.0.2").Do(playing);
        first.Undo(new StepResult());
        LeaseAddresses.HolderOf(Leases, "10.0.0.2")!.Value.ContainerId.Should().Be("other");
    }

    [Fact]
    public void A_lease_that_was_never_written_whole_is_freed()
    {
        Directory.CreateDirectory(Leases);
        File.WriteAllText($"{Leases}/10.0.0.2", "");
        Of("box", "10.0.0.2").Undo(null);
        LeaseAddresses.InUse(Leases).Should().BeEmpty();
    }

    [Fact]
    public void The_lock_taken_before_planning_is_given_up_with_the_lease()
    {
        using var playing = new PlayContext(new Plan());
        var held = SharedLock.Take(Networks);
        playing.Locks[held.Path] = held;
        var taken = false;
        var other = new Thread(() =>
        {
            using var second = SharedLock.Take(Networks);
            taken = true;
        });
        other.Start();
        other.Join(50).Should().BeFalse("the lock is held");
        taken.Should().BeFalse();
        Of("box", "10.0.0.2").Do(playing);
        other.Join(10_000).Should().BeTrue("it has been given up");
        playing.Locks.Should().BeEmpty();
    }

    [Fact]
    public void A_failed_play_gives_the_lock_up_before_it_undoes()
    {
        var plan = new Plan();
        plan.Add(new JoinNetwork($"{Networks}/n", "box:eth0"));
        plan.Add(new LeaseAddresses(Networks, "/proc/self/no", "box", "eth0", [new LeasedAddress("10.0.0.2", 0)]));
        using var playing = new PlayContext(plan);
        var held = SharedLock.Take(Networks);
        playing.Locks[held.Path] = held;
        using var journal = Journal.Create($"{root}/journal", World.Kinds, new JournalHeader
        {
            Kind = "container",
            Id = "box",
            Owner = ProcessIdentity.Self,
        });
        Exception? failure = null;
        var player = new Thread(() => failure = FluentActions.Invoking(() => Forward.Play(plan, journal, playing))
            .Should().Throw<MinicException>().Which) { IsBackground = true };
        player.Start();
        player.Join(10_000).Should().BeTrue("an undo that waited for its own process's lock would wait for ever");
        failure.Should().NotBeNull();
        Directory.Exists(Networks).Should().BeFalse();
    }

    [Fact]
    public void A_lock_that_nobody_used_leaves_no_directory()
    {
        SharedLock.TakeIfThere(Networks).Should().BeNull();
        SharedLock.Take(Networks).Dispose();
        Directory.Exists(Networks).Should().BeFalse();
    }

    [Fact]
    public void Many_at_once_each_get_the_lock()
    {
        var inside = 0;
        var most = 0;
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            using var held = SharedLock.Take(Networks);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Interlocked.Decrement(ref inside);
        });
        most.Should().Be(1);
        Directory.Exists(Networks).Should().BeFalse();
    }

    private LeaseAddresses Of(string id, params string[] ips) =>
        new(Networks, Leases, id, "eth0", [.. ips.Select((ip, i) => new LeasedAddress(ip, i))]);
}
