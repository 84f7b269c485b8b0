// What is at a path of another root, seen without leaving it.

namespace MiniContainer.Kernel.Tests;

public sealed class InsideRootTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("minic-test-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void It_tells_a_directory_a_link_and_nothing_apart()
    {
        Directory.CreateDirectory($"{root}/etc",
            UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink($"{root}/link", "/no/where");
        InsideRoot.TryLook(root, "/etc").Should().Be(FileLook.Directory(0x1c0));
        InsideRoot.TryLook(root, "/link")!.Link.Should().Be("/no/where");
        InsideRoot.TryLook(root, "/link")!.IsDirectory.Should().BeFalse();
        InsideRoot.TryLook(root, "/missing").Should().BeNull();
        InsideRoot.TryLook($"{root}/missing", "/etc").Should().BeNull();
    }

    [Fact]
    public void A_link_on_the_way_does_not_lead_out()
    {
        Directory.CreateDirectory($"{root}/inner/usr");
        File.CreateSymbolicLink($"{root}/inner/up", "../../../../../..");
        InsideRoot.TryLook($"{root}/inner", "/up/usr").Should().NotBeNull();
        InsideRoot.TryLook($"{root}/inner", "/up/proc").Should().BeNull("the host has one");
    }
}
