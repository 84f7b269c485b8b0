// Two containers in one cgroup: whatever becomes of the second one's making, the first one lives.

namespace MiniContainer.Promise.Tests;

public class SharedCgroupTests
{
    [Theory]
    [InlineData("kill:before:1")]
    [InlineData("kill:between:1")]
    [InlineData("kill:after:1")]
    [InlineData("fail:1:EIO")]
    public void A_cgroup_that_was_there_before_is_not_emptied_by_the_undo(string fault)
    {
        World.Need();
        using var world = World.Make();
        Inputs.Write(world);
        world.Do(
            "sed -i \"s|\\\"linux\\\": {|&\\\"cgroupsPath\\\": \\\"/$N/shared\\\",|\" $TMP/plain/config.json; m "
                + "create -b $TMP/plain $N && m start $N");
        world.Sh($"MINIC_FAULT={fault} m create -b $TMP/plain $N-second").Code.Should().NotBe(0);
        world.Do("m gc >/dev/null; m list -q").Should().NotContain("second");
        world.Do("m state $N; m delete -f $N").Should().Contain("\"running\"");
    }
}
