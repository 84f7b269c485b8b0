using MiniContainer.Kernel;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Pods.Tests.Lifecycle;

public sealed class ImagesTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("out", "rootfs/build")]
    [InlineData("lib/minic", "share/minic/rootfs/build")]
    public void The_remedy_names_the_builder_that_is_there_and_where_it_builds(string program, string builder)
    {
        Make(builder);
        Images.Remedy($"{directory}/{program}").Should()
            .StartWith($"{directory}/{builder} busybox makes {directory}/{program}/rootfs/busybox, as root;");
    }

    [Fact]
    public void A_remedy_without_a_builder_names_none() =>
    Images.Remedy($"{directory}/out").Should().NotContain("build").And.Contain("MINIC_IMAGES");

    [Theory]
    [InlineData("no-such-image-anywhere")]
    [InlineData("registry.example/..")]
    [InlineData("registry.example/:tag")]
    public void An_image_that_is_not_there_is_told_with_the_places(string image)
    {
        var find = () => Images.Find(image);
        find.Should().Throw<MinicException>()
            .WithMessage($"find the image {image}: there is no * in */rootfs, /var/lib/minic/rootfs.*");
    }

    private void Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{directory}/{file}")!);
        File.WriteAllText($"{directory}/{file}", "");
    }
}
