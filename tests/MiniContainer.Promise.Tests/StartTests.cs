// A start that was killed halfway: what the container is afterwards is asked of the container, not of the journal
// alone.

namespace MiniContainer.Promise.Tests;

public class StartTests
{
    [Theory]
    [InlineData("kill:before:1", "created")]
    [InlineData("fail:1:EIO", "created")]
    [InlineData("kill:between:1", "running")]
    [InlineData("kill:after:1", "running")]
    public void After_a_start_that_was_killed_the_state_is_the_truth(string fault, string status)
    {
        World.Need();
        using var world = World.Make();
        Inputs.Write(world);
        world.Do("m create -b $TMP/plain $N");
        world.Sh($"MINIC_FAULT={fault} m start $N").Code.Should().NotBe(0);
        world.Do("m state $N").Should().Contain($"\"{status}\"");
        world.Sh("m start $N").Code.Should().Be(status == "created" ? 0 : 1, "a container can be started once");
        world.Do("m state $N; m delete -f $N").Should().Contain("\"running\"");
    }
}
