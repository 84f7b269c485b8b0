// The bytes of our machine code are those of its assembly sources.

using System.Diagnostics;
using System.Runtime.CompilerServices;
using MiniContainer.Kernel.Tests.Netlink;

namespace MiniContainer.Kernel.Tests.Tape;

public class PlayerTests
{
    [Theory]
    [InlineData("player")]
    [InlineData("ticks")]
    [InlineData("own")]
    public void The_source_assembles_to_the_code(string routine)
    {
        NetworkWorld.RequireTool("as", "binutils");
        NetworkWorld.RequireTool("objcopy", "binutils");
        var directory = Directory.CreateTempSubdirectory("minic-player-").FullName;
        try
        {
            Run("as", "--64", "-o", $"{directory}/code.o", Source($"{routine}.x86_64.s"));
            Run("objcopy", "-O", "binary", "-j", ".text", $"{directory}/code.o", $"{directory}/code.bin");
            Convert.ToHexString(
                routine switch { "player" => Player.Code, "own" => Stage2Program.Code, _ => TimeStampCounter.Code })
                    .Should().Be(Convert.ToHexString(File.ReadAllBytes($"{directory}/code.bin")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_structure_for_clone3_has_the_kernels_size() =>
    Unsafe.SizeOf<clone_args>().Should().Be(88, "CLONE_ARGS_SIZE_VER2");

    private static string Source(string file, [CallerFilePath] string test = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(test)!, "../../../src/MiniContainer.Kernel/Tape", file));

    private static void Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors);
    }
}
