using System.Diagnostics;

namespace MiniContainer.Kernel.Tests;

public sealed class TreeRemovalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-tree-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_tree_goes_with_all_in_it_and_none_at_all_is_fine()
    {
        Directory.CreateDirectory($"{directory}/tree/a/b");
        File.WriteAllText($"{directory}/tree/a/b/c", "");
        TreeRemoval.Remove($"{directory}/tree");
        Directory.Exists($"{directory}/tree").Should().BeFalse();
        TreeRemoval.Remove($"{directory}/tree");
    }

    // What an undo could not unmount is somebody's still.
    [Theory]
    [InlineData("")]
    [InlineData("/below")]
    public void What_is_mounted_on_it_or_in_it_stays(string place)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var mount = Directory.CreateDirectory($"{directory}/tree{place}").FullName;
        Run("mount", "-t", "tmpfs", "tmpfs", mount);
        try
        {
            File.WriteAllText($"{mount}/kept", "");
            var remove = () => TreeRemoval.Remove($"{directory}/tree");
            remove.Should().Throw<MinicException>().Which.Errno.Should().Be(Errno.EBUSY);
            File.Exists($"{mount}/kept").Should().BeTrue();
        }
        finally
        {
            Run("umount", mount);
        }
    }

    private static void Run(params string[] words)
    {
        using var process = Process.Start(words[0], words[1..]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }
}
