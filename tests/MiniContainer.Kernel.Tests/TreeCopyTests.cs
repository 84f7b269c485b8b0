namespace MiniContainer.Kernel.Tests;

public sealed class TreeCopyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("minic-copy-").FullName;

    private string From => directory + "/from";

    private string To => directory + "/to";

    public TreeCopyTests()
    {
        Directory.CreateDirectory(From);
        Directory.CreateDirectory(To);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void All_kinds_are_copied_with_permissions_and_times_and_no_link_is_followed()
    {
        Directory.CreateDirectory(From + "/a/b");
        File.WriteAllText(From + "/a/b/file", new string('x', 100_000));
        File.SetUnixFileMode(From + "/a/b/file", (UnixFileMode)0x9e8 /* 04750 */);
        File.SetLastWriteTimeUtc(From + "/a/b/file", DateTime.UnixEpoch);
        File.CreateSymbolicLink(From + "/away", directory);
        Knob.MakeFifo(From + "/pipe");
        File.SetUnixFileMode(From + "/a", (UnixFileMode)0x1c0);
        TreeCopy.Copy(From, To);
        File.ReadAllText(To + "/a/b/file").Should().HaveLength(100_000);
        File.GetUnixFileMode(To + "/a/b/file").Should().Be((UnixFileMode)0x9e8);
        File.GetLastWriteTimeUtc(To + "/a/b/file").Should().Be(DateTime.UnixEpoch);
        File.GetUnixFileMode(To + "/a").Should().Be((UnixFileMode)0x1c0);
        new FileInfo(To + "/away").LinkTarget.Should().Be(directory);
        File.Exists(To + "/pipe").Should().BeTrue("nobody waited for its writer");
    }

    [Fact]
    public void Names_that_are_not_UTF8_are_copied_byte_for_byte()
    {
        using (var make = System.Diagnostics.Process.Start("/bin/sh",
            ["-c", $"cd {From} && mkdir \"$(printf 'd\\351')\" && echo hi > \"$(printf 'd\\351/f\\377')\" && ln -s x "
                + "\"$(printf 'l\\300')\""]))
            make.WaitForExit();
        TreeCopy.Copy(From, To);
        using var compare = System.Diagnostics.Process.Start("/bin/sh",
            ["-c", $"cd {To} && [ \"$(cat \"$(printf 'd\\351/f\\377')\")\" = hi ] && [ -h \"$(printf 'l\\300')\" ] && "
                + $"[ $(ls | wc -l) = 2 ] && rm -rf {From} {To} && mkdir {From} {To}"]);
        compare.WaitForExit();
        compare.ExitCode.Should().Be(0);
    }

    [Fact]
    public void What_is_nested_without_end_is_refused()
    {
        Directory.CreateDirectory(From + string.Concat(Enumerable.Repeat("/d", 300)));
        var copy = () => TreeCopy.Copy(From, To);
        copy.Should().Throw<MinicException>().WithMessage("*nested more than 256 deep");
    }

    [Fact]
    public void What_is_there_already_is_an_error()
    {
        File.WriteAllText(From + "/file", "");
        File.WriteAllText(To + "/file", "");
        var copy = () => TreeCopy.Copy(From, To);
        copy.Should().Throw<MinicException>().Which.Errno.Should().Be(Errno.EEXIST);
    }
}
