// What of version 2 is a user's own. To the reader a cgroup is a directory with files, so plain ones will do.

using System.Globalization;

namespace MiniContainer.Kernel.Tests;

public sealed class DelegationTests : IDisposable
{
    private static readonly string Self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private readonly string root = Directory.CreateTempSubdirectory("delegation-").FullName;

    private string Slice => $"{root}/slice";

    private string Scope => $"{root}/slice/scope";

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("", true)]
    [InlineData("\n1", false)] // Another one behind minic: a cgroup lists one process a line.
    [InlineData("\n0", false)] // Another one that our pid namespace does not show.
    public void Minic_is_alone_if_its_cgroup_lists_no_other_process(string others, bool alone)
    {
        Make(root, "1");
        Make(Slice, "");
        Make(Scope, Self + others);
        Of().Should().Be(new Delegation(Scope, alone, Slice, null));
    }

    [Theory]
    [InlineData("memory.max", "max", null)]
    [InlineData("cpu.max", "max 100000", null)]
    [InlineData("memory.max", "30000000", "memory.max 30000000")]
    [InlineData("cpu.max", "50000 100000", "cpu.max 50000 100000")]
    public void A_limit_that_would_not_hold_above_is_told(string file, string value, string? limit)
    {
        Make(Slice, "");
        Make(Scope, Self);
        File.WriteAllText($"{Scope}/{file}", value + "\n");
        Of().Limit.Should().Be(limit);
    }

    [Fact]
    public void Where_all_above_have_processes_there_is_none_above()
    {
        Make(root, "1");
        Make(Slice, "1");
        Make(Scope, Self);
        Of().Should().Be(new Delegation(Scope, true, null, null));
    }

    private static void Make(string cgroup, string processes)
    {
        Directory.CreateDirectory(cgroup);
        File.WriteAllText($"{cgroup}/cgroup.procs", processes.Length > 0 ? processes + "\n" : "");
    }

    private Delegation Of() => Cgroups.Delegated(new CgroupHierarchy([], root, Scope));
}
