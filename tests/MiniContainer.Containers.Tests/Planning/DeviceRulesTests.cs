// What config.json says of devices, and what every container is given besides.

using MiniContainer.Containers.Oci;
using MiniContainer.Containers.Planning;
using MiniContainer.Containers.Steps;
using MiniContainer.Kernel;
using MiniContainer.Plans;
using MiniContainer.Plans.Steps;

namespace MiniContainer.Containers.Tests.Planning;

public class DeviceRulesTests
{
    private static readonly LinuxDeviceCgroup DenyAll = new(false, null, null, null, "rwm");

    [Fact]
    public void Without_rules_there_is_nothing_to_set()
    {
        DeviceRules.Effective(null).Should().BeEmpty();
        DeviceRules.Effective([]).Should().BeEmpty();
    }

    [Fact]
    public void Who_denies_all_still_gets_the_default_devices()
    {
        var rules = DeviceRules.Effective([DenyAll]).Select(r => $"{(r.Allow ? "allow" : "deny")} {r}").ToList();
        rules[0].Should().Be("deny a");
        rules.Should().Contain(["allow c 1:3 rwm", "allow c 5:2 rwm", "allow c 136:* rwm", "allow b *:* m"]);
        rules.Should().NotContain(r => r.StartsWith("allow b 8", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_said_twice() =>
    DeviceRules.Effective(DefaultSpec.Create().Linux!.Resources!.Devices).Should().OnlyHaveUniqueItems();

    [Fact]
    public void A_list_of_exceptions_begins_with_what_they_are_exceptions_to() =>
        DeviceRules.Effective([new(true, "c", 10, 200, "rw")]).Take(2).Select(r => r.ToString()).Should()
            .Equal("a", "c 10:200 rw");

    [Fact]
    public void The_access_a_is_all_of_them() =>
        DeviceRules.Effective([DenyAll, new(false, "c", 1, 11, "rwa")])[1].ToString().Should().Be("c 1:11 rwm");

    [Fact]
    public void Who_is_allowed_everything_needs_no_default_devices() =>
        DeviceRules.Effective([new(true, "a", null, null, "rwm"), new(false, "b", 8, -1, "w")])
            .Select(r => r.ToString()).Should().Equal("a", "b 8:* w");

    [Fact]
    public void Version_1_has_them_as_files_and_version_2_as_a_program()
    {
        Plan(new CgroupHierarchy([], "/sys/fs/cgroup", "/sys/fs/cgroup")).OfType<DeviceProgram>().Should()
            .ContainSingle()
            .Which.Rules[0].Should().Be(new DeviceRule(false, 'a'));
        var v1 = Plan(new CgroupHierarchy(["devices"], "/sys/fs/cgroup/devices", "/sys/fs/cgroup/devices"));
        v1.OfType<DeviceProgram>().Should().BeEmpty();
        v1.OfType<SetFile>().First().Should().Match<SetFile>(f => f.Path.EndsWith("/devices.deny") && f.Value == "a");
    }

    private static IReadOnlyList<Step> Plan(CgroupHierarchy hierarchy)
    {
        var plan = new Plan();
        var facts = new Facts
        {
            Hierarchies = [hierarchy],
            Capabilities = 0,
            IsDirectory = _ => true,
            Home = (_, _) => null,
        };
        CgroupPlanner.Add(plan, new Spec
        {
            OciVersion = "1.3.0",
            Linux = new MiniContainer.Containers.Oci.Linux { Resources = new LinuxResources { Devices = [DenyAll] } },
        }, "box", facts);
        return plan.Steps;
    }
}
