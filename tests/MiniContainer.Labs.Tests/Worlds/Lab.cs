// Runs the lab program: out/lab where that is there and as new as lab.dll beside the tests, else lab.dll by dotnet.

using System.Diagnostics;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Tests.Worlds;

/// <summary>What a program said and how it ended.</summary>
internal sealed record Ended(int Code, string Output, string Errors);

internal static class Lab
{
    private static readonly string Dll = Path.Combine(AppContext.BaseDirectory, "lab.dll");

    /// <summary>The words that start it.</summary>
    public static IReadOnlyList<string> Words { get; } = Find();

    /// <summary>The words, for a shell script.</summary>
    public static string Shell => string.Join(' ', Words.Select(MiniContainer.Plans.ShellWord.Quote));

    /// <summary>Skips a test that cannot be run here, and says what is missing.</summary>
    public static void Require(params string[] tools)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        try
        {
            NetworkNamespace.Create().Dispose();
        }
        catch (MinicException e)
        {
            Assert.SkipWhen(true, $"needs network namespaces: {e.Message}");
        }

        foreach (var tool in tools)
            Assert.SkipUnless(Path_().Any(d => File.Exists(Path.Combine(d, tool))), $"needs the program {tool}");
    }

    /// <summary>lab WORDS..., to its end.</summary>
    public static Ended Run(params string[] words) => Finish(Start(words));

    /// <summary>lab WORDS..., which must end well.</summary>
    public static string Do(params string[] words)
    {
        var ended = Run(words);
        ended.Code.Should().Be(0, $"`lab {string.Join(' ', words)}` should work, but: {ended.Errors}");
        return ended.Output.TrimEnd('\n');
    }

    /// <summary>A shell script in a world of its own, which must end well.</summary>
    public static string InOwnWorld(string script) =>
        Do("world", "run", "--name", FreshName(), "--", "sh", "-euc", script);

    /// <summary>A name that no other test has.</summary>
    public static string FreshName() => $"test-{Environment.ProcessId}-{Guid.NewGuid().ToString()[..8]}";

    public static Process Start(params string[] words) =>
        Process.Start(new ProcessStartInfo(Words[0], [.. Words.Skip(1), .. words])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public static Ended Finish(Process process)
    {
        using var _ = process;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ended(process.ExitCode, output, errors.Result);
    }

    /// <summary>The program compiled ahead of time, which may be older than the tests; null if there is none.</summary>
    public static string? Ahead()
    {
        var root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "MiniContainer.sln")))
            root = Path.GetDirectoryName(root);
        return root is not null && Path.Combine(root, "out", "lab") is var ahead && File.Exists(ahead) ? ahead : null;
    }

    private static IReadOnlyList<string> Find() =>
        Ahead() is { } ahead && File.GetLastWriteTimeUtc(ahead) >= File.GetLastWriteTimeUtc(Dll)
            ? [ahead]
            : [Path_().Select(d => Path.Combine(d, "dotnet")).First(File.Exists), Dll];

    private static string[] Path_() => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':');
}

/// <summary>A world for one test.</summary>
internal sealed class OwnWorld : IDisposable
{
    public OwnWorld()
    {
        Lab.Require();
        Lab.Do("world", "up", "--name", Name).Should().Be($"world {Name} is up");
    }

    public string Name { get; } = Lab.FreshName();

    public string Path => "/run/minic-lab/" + Name;

    /// <summary>A shell script in the host.</summary>
    public Ended Try(string script) => Lab.Run("world", "run", "--name", Name, "--", "sh", "-euc", script);

    /// <summary>A shell script in the host, which must end well.</summary>
    public string Do(string script) => Lab.Do("world", "run", "--name", Name, "--", "sh", "-euc", script);

    public void Dispose() => Lab.Do("world", "down", "--name", Name);
}
