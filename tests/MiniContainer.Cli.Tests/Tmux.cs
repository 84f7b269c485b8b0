// A terminal that a test types on and reads: tmux(1), with a shell in namespaces of its own.

using System.Diagnostics;
using MiniContainer.Testing;

namespace MiniContainer.Cli.Tests;

internal sealed class Tmux : IDisposable
{
    private readonly MinicWorld world;
    private readonly string socket;

    public Tmux(MinicWorld world, int columns = 80, int rows = 24)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tmux"), "needs tmux");
        this.world = world;
        socket = Path.Combine(world.Temporary, "tmux");
        Run("-f", "/dev/null", "start-server", ";", "set-option", "-g", "history-limit", "50000", ";", "new-session",
            "-d", "-x", $"{columns}", "-y", $"{rows}", "unshare", "-mn", "--propagation", "private", "bash", "--rcfile",
            world.PreludeFile(), "-i");
        WaitForPrompt();
    }

    public void Type(string line) => Run("send-keys", line, "Enter");

    public void Key(string key) => Run("send-keys", key);

    public void Resize(int columns, int rows) => Run("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>What the screen shows, and with history what has scrolled off it too.</summary>
    public string Screen(bool history = false) =>
        history ? Run("capture-pane", "-p", "-S", "-") : Run("capture-pane", "-p");

    public void WaitForPrompt() => Wait(screen => screen.TrimEnd().EndsWith('$'), "the prompt");

    public void WaitFor(params string[] texts) =>
        Wait(screen => texts.All(t => screen.Contains(t, StringComparison.Ordinal)), string.Join(" and ", texts));

    public void Dispose() => Run("kill-server");

    /// <summary>Waits until what was looked for has come.</summary>
    public void WaitUntil(Func<string, bool> shown, string what) => Wait(shown, what);

    // The screen is looked at until it shows the text; only a hang ends in the limit.
    private void Wait(Func<string, bool> shown, string what)
    {
        var clock = Stopwatch.StartNew();
        var screen = "";
        while (clock.Elapsed < Pace.Seconds(60))
        {
            screen = Run("capture-pane", "-p");
            if (shown(screen))
                return;
            Thread.Sleep(20);
        }

        throw new TimeoutException($"the screen never showed {what}:\n{screen}");
    }

    private string Run(params string[] arguments)
    {
        var start = world.Start("tmux", ["-S", socket, .. arguments]);
        start.RedirectStandardOutput = true;
        using var tmux = Process.Start(start)!;
        var output = tmux.StandardOutput.ReadToEnd();
        tmux.WaitForExit();
        return output;
    }
}
