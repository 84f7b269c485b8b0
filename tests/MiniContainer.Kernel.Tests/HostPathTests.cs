// Paths from a working directory that is gone: a thread of its own has one, where CLONE_FS is taken back.

using System.Text;

namespace MiniContainer.Kernel.Tests;

public class HostPathTests
{
    private const int CLONE_FS = 0x200;

    /// <summary>Does something in a working directory that was removed.</summary>
    internal static void InRemoved(Action action) => InOwn(() =>
    {
        var gone = Directory.CreateTempSubdirectory("minic-gone-").FullName;
        Environment.CurrentDirectory = gone;
        Directory.Delete(gone);
        action();
    });

    [Fact]
    public void A_relative_path_from_a_removed_directory_is_told_with_call_path_and_remedy() => InRemoved(() =>
    {
        var resolve = () => HostPath.Absolute("../R", "use the root file system ../R");
        resolve.Should().Throw<MinicException>().Which.Message.Should().Be(
            "use the root file system ../R: resolve \"../R\": getcwd(): ENOENT (No such file or directory). The "
                + "working directory was removed: change to another one, or give an absolute path.");
        HostPath.Absolute("/tmp/../etc", "look").Should().Be("/etc");
    });

    [Fact]
    public void A_relative_path_begins_in_the_working_directory() => InOwn(() =>
    {
        Environment.CurrentDirectory = "/usr/bin";
        HostPath.Absolute("../lib/./x", "look").Should().Be("/usr/lib/x");
    });

    [Fact]
    public void A_working_directory_that_is_not_UTF8_is_told() => InOwn(() =>
    {
        var directory = Directory.CreateTempSubdirectory("minic-bytes-").FullName;
        try
        {
            var inner = UnixText.Decode([.. Encoding.UTF8.GetBytes(directory), (byte)'/', 0xe9]);
            Libc.OpenHandle(directory, 0).Dispose();
            Shell($"cd {directory} && mkdir \"$(printf '\\351')\"");
            UnixText.IsUtf8(inner).Should().BeFalse();
            Chdir(inner);
            var resolve = () => HostPath.Absolute("x", "look");
            resolve.Should().Throw<MinicException>()
                .WithMessage($"look: the path of the working directory, \"{directory}/\\xe9\", is not UTF-8*");
        }
        finally
        {
            Shell($"rm -r {directory}");
        }
    });

    [Fact]
    public void An_empty_path_is_told()
    {
        var resolve = () => HostPath.Absolute("", "look");
        resolve.Should().Throw<MinicException>().WithMessage("look: the path is empty*");
    }

    private static void Chdir(string path) =>
        Mono.Unix.Native.Syscall.fchdir((int)Libc.OpenHandle(path, 0x10000 /* O_DIRECTORY */).DangerousGetHandle())
            .Should().Be(0);

    private static void Shell(string script)
    {
        using var process = System.Diagnostics.Process.Start("/bin/sh", ["-c", script]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    private static void InOwn(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Tmds.Linux.LibC.unshare(CLONE_FS).Should().Be(0);
                action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }
}
