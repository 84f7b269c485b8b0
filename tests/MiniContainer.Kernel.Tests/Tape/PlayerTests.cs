// The bytes of our machine code are those of its assembly sources.

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MiniContainer.Kernel.Tests.Tape;

public class PlayerTests
{
    [Theory]
    [InlineData("Tape/player", "x86_64")]
    [InlineData("Tape/ticks", "x86_64")]
    [InlineData("Tape/own", "x86_64")]
    [InlineData("Pause/pause", "x86_64")]
    [InlineData("Tape/player", "aarch64")]
    [InlineData("Tape/ticks", "aarch64")]
    [InlineData("Tape/own", "aarch64")]
    [InlineData("Pause/pause", "aarch64")]
    public void The_source_assembles_to_the_code(string routine, string processor)
    {
        var tools = $"/usr/bin/{processor}-linux-gnu-";
        Assert.SkipUnless(File.Exists(tools + "as"), $"needs {tools}as: scripts/setup test");
        var directory = Directory.CreateTempSubdirectory("minic-player-").FullName;
        try
        {
            Run(tools + "as", "-o", $"{directory}/code.o", Source($"{routine}.{processor}.s"));
            Run(tools + "objcopy", "-O", "binary", "-j", ".text", $"{directory}/code.o", $"{directory}/code.bin");
            Convert.ToHexString(CodeOf(routine, processor)).Should()
                .Be(Convert.ToHexString(File.ReadAllBytes($"{directory}/code.bin")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_structure_for_clone3_has_the_kernels_size() =>
    Unsafe.SizeOf<clone_args>().Should().Be(88, "CLONE_ARGS_SIZE_VER2");

    private static ReadOnlySpan<byte> CodeOf(string routine, string processor) => (routine, processor) switch
    {
        ("Tape/player", "x86_64") => Player.Code,
        ("Tape/player", _) => Player.Arm64Code,
        ("Tape/own", "x86_64") => Stage2Program.Code,
        ("Tape/own", _) => Stage2Program.Arm64Code,
        ("Pause/pause", "x86_64") => PauseProgram.Code,
        ("Pause/pause", _) => PauseProgram.Arm64Code,
        (_, "x86_64") => TimeStampCounter.Code,
        _ => TimeStampCounter.Arm64Code,
    };

    private static string Source(string file, [CallerFilePath] string test = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(test)!, "../../../src/MiniContainer.Kernel", file));

    private static void Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, errors);
    }
}
