using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;

namespace MiniContainer.Networking.Tests;

public sealed class NetworkConfigsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-cni-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void The_built_in_network_needs_no_file() =>
        NetworkConfigs.Find("minic", "/nowhere").Should().BeSameAs(NetworkConfig.Default);

    [Fact]
    public void A_file_of_that_name_takes_its_place()
    {
        Write("10-mine.conflist",
            """{ "cniVersion": "1.1.0", "name": "minic", "plugins": [{ "type": "loopback" }] }""");
        NetworkConfigs.Find("minic", directory).Bridge.Should().BeNull();
    }

    [Fact]
    public void An_unknown_name_is_told_with_those_there_are()
    {
        Write("10-blue.conflist", """{ "cniVersion": "1.1.0", "name": "blue", "plugins": [{ "type": "loopback" }] }""");
        Write("20-other.conflist", """{ "cniVersion": "1.1.0", "name": "other", "plugins": [{ "type": "calico" }] }""");
        var find = () => NetworkConfigs.Find("bleu", directory);
        find.Should().Throw<MinicException>()
            .WithMessage(
                $"find the network bleu: neither {directory} nor minic has one of this name. There are blue, minic "
                    + "(built in); none and host go without.*20-other.conflist cannot be used*calico*");
    }

    [Fact]
    public void A_broken_file_of_that_name_is_an_error_and_no_absence()
    {
        Write("blue.conflist", "{ \"name\": \"blue\",\n }");
        var find = () => NetworkConfigs.Find("blue", directory);
        find.Should().Throw<MinicException>().WithMessage("read the network's configuration: *blue.conflist:2:2*");
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(directory, name), content);
}
