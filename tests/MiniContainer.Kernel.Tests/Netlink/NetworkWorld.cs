// A world for one test: a network namespace that goes away with it, and the tools of iproute2 and nftables to look at
// it with other eyes than minic's own. nsenter(1) takes them there, so that not even the door in is minic's.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel.Netlink;

namespace MiniContainer.Kernel.Tests.Netlink;

internal sealed class NetworkWorld : IDisposable
{
    private NetworkWorld(SafeFileHandle netns, RtNetlink kernel)
    {
        Netns = netns;
        Kernel = kernel;
    }

    public SafeFileHandle Netns { get; }

    public RtNetlink Kernel { get; }

    /// <summary>Makes the namespace, or skips the test and says which ability is missing.</summary>
    public static NetworkWorld Make()
    {
        RequireNamespaces();
        RequireTool("ip", "iproute2");
        RequireTool("nsenter", "util-linux");
        var netns = NetworkNamespace.Create();
        return new NetworkWorld(netns, RtNetlink.OpenIn(netns));
    }

    public static void RequireNamespaces()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root");
        try
        {
            NetworkNamespace.Create().Dispose();
        }
        catch (MinicException exception)
        {
            Assert.SkipWhen(true, $"needs network namespaces: {exception.Message}");
        }
    }

    public static void RequireTool(string tool, string package) =>
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':')
                .Any(d => File.Exists(Path.Combine(d, tool))),
            $"needs the Debian package {package} ({tool})");

    public void Dispose()
    {
        Kernel.Dispose();
        Netns.Dispose();
    }

    /// <summary>`ip -j ARGUMENTS` inside, as JSON.</summary>
    public JsonArray Ip(string arguments) => Ip(Netns, arguments);

    public static JsonArray Ip(SafeFileHandle netns, string arguments) =>
        JsonNode.Parse(Inside(netns, $"ip -d -j {arguments}") is { Length: > 0 } text ? text : "[]")!.AsArray();

    public string Inside(string command) => Inside(Netns, command);

    public static string Inside(SafeFileHandle netns, string command)
    {
        var descriptor = netns.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);
        return Shell($"nsenter --net=/proc/{Environment.ProcessId}/fd/{descriptor} {command}");
    }

    public static string Shell(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, $"`{command}` should work, but: {errors.Result}");
        return output.Trim();
    }
}
