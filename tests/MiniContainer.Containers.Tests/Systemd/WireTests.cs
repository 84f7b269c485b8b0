// What minic says to systemd on a real bus, and what it makes of the answers.

using MiniContainer.Containers.Steps;
using MiniContainer.Containers.Systemd;
using MiniContainer.Kernel;
using MiniContainer.Testing;

namespace MiniContainer.Containers.Tests.Systemd;

public sealed class WireTests : IAsyncLifetime
{
    private const string Name = "minic-box.scope";

    private static readonly UnitProperty[] Properties =
    [
        UnitProperty.Text("Description", "d"), UnitProperty.Text("Slice", "a-b.slice"), UnitProperty.On("Delegate"),
        UnitProperty.Off("DefaultDependencies"), UnitProperty.Number("MemoryMax", ulong.MaxValue),
        UnitProperty.Mask("AllowedCPUs", "0-1,9"), UnitProperty.Texts("Wants", "x", "y"),
        UnitProperty.Pairs("DeviceAllow", [("/dev/char/1:3", "rw"), ("char-*", "m")]),
        VariantText.Read("OOMScoreAdjust", "-5"), VariantText.Read("Empty", "@a(ss) []"),
        VariantText.Read("Ratio", "2.5"),
    ];

    private FakeSystemd systemd = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(FakeSystemd.Missing is not null, $"needs {FakeSystemd.Missing}");
        systemd = await FakeSystemd.StartAsync();
        Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", systemd.Address);
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", null);
        if (systemd is not null)
            await systemd.DisposeAsync();
    }

    [Fact]
    public void It_says_its_version_and_its_cgroup()
    {
        systemd.Cgroup = "/docker/x/";
        using var manager = Connect();
        manager.Facts(user: false).Should().Be(new SystemdFacts(false, "/docker/x", 252));
    }

    [Fact]
    public void A_unit_is_started_with_all_kinds_of_properties_changed_and_stopped()
    {
        using var manager = Connect();
        manager.StartTransientUnit(Name, [.. Properties, UnitProperty.Pids("PIDs", Environment.ProcessId)]);
        manager.TextOf(Name, "ControlGroup").Should().Be($"/a.slice/a-b.slice/{Name}");
        manager.TextOf(Name, "Description").Should().Be("d");
        manager.SetUnitProperties(Name, [UnitProperty.Number("TasksMax", 7)]);
        manager.AttachProcess(Name, "/", 1);
        manager.StopUnit(Name);
        manager.TextOf(Name, "Description").Should().BeNull();

        systemd.TakeCalls().Should().Equal(
            $"StartTransientUnit {Name} fail: Description=d, Slice=a-b.slice, Delegate=true, "
            + "DefaultDependencies=false, MemoryMax=18446744073709551615, AllowedCPUs=[3 2], Wants=[x y], "
            + "DeviceAllow=[[/dev/char/1:3 rw] [char-* m]], OOMScoreAdjust=-5, Empty=[], Ratio=2.5, PIDs",
            $"SetUnitProperties {Name} True: TasksMax=7", $"AttachProcessesToUnit {Name} /",
            $"StopUnit {Name} replace");
    }

    [Fact]
    public void A_unit_that_is_gone_needs_no_stopping()
    {
        using var manager = Connect();
        manager.KillUnit(Name, 9);
        manager.StopUnit(Name);
        manager.ResetFailedUnit(Name);
        manager.TextOf(Name, "Description").Should().BeNull();
    }

    [Fact]
    public void A_job_that_fails_is_told_with_its_result_and_the_unit()
    {
        systemd.Result = "timeout";
        using var manager = Connect();
        ((Action)(() => manager.StartTransientUnit(Name, Properties))).Should().Throw<MinicException>()
            .Which.Message.Should().Contain("timeout").And.Contain(Name);
    }

    [Fact]
    public void A_name_that_is_taken_is_refused_and_the_other_unit_is_left_alone()
    {
        systemd.Add(Name, "another's");
        using var manager = Connect();
        ((Action)(() => manager.StartTransientUnit(Name, Properties))).Should().Throw<MinicException>()
            .Which.Message.Should().Contain("UnitExists").And.Contain("another id");
        new StartUnit("box", Name, "/x", Properties).Undo(null);
        systemd.TakeCalls().Should().NotContain(c => c.StartsWith("Stop", StringComparison.Ordinal)
            || c.StartsWith("Kill", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_undo_ends_and_stops_it_once_or_again()
    {
        systemd.Add(Name, "d");
        var step = new StartUnit("box", Name, "/x", Properties);
        step.Undo(null);
        step.Undo(null);
        systemd.TakeCalls().Should().Equal($"KillUnit {Name} all 9", $"StopUnit {Name} replace");
    }

    [Fact]
    public void Without_a_bus_there_is_nothing_to_undo_and_nothing_to_be_had()
    {
        Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/bus");
        new StartUnit("box", Name, "/no/such.scope", Properties).Undo(null);
        ((Action)(() => Connect().Dispose())).Should().Throw<MinicException>().Which.Message.Should()
            .Contain("systemd is not there").And.Contain("/nowhere/bus").And.Contain("Leave --systemd-cgroup out");
    }

    [Fact]
    public async Task A_bus_without_systemd_says_so()
    {
        await using var other = await FakeSystemd.StartAsync(isThere: false);
        Environment.SetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS", other.Address);
        using var manager = Connect();
        ((Action)(() => manager.Facts(user: false))).Should().Throw<MinicException>().Which.Message.Should()
            .Contain("systemd is not there").And.Contain("ServiceUnknown");
    }

    private static SystemdManager Connect() => SystemdManager.Connect(user: false, "test");
}
