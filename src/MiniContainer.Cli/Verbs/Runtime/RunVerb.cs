// minic run: makes a container, starts its command, waits for its end and removes it (labs 01-run, 12-oci).

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Cli.Verbs;

/// <summary>The verb <c>run</c>.</summary>
internal sealed class RunVerb : RuntimeVerb
{
    private readonly RootfsOptions hurry = new();
    private readonly LaunchFlags flags = new();
    private readonly Option<bool> detach = Flag("--detach",
        "Return when the command runs. With --rootfs its output goes to the file \"output\" in its state directory.",
        "-d");
    private readonly Option<bool> keep = Flag("--keep",
        "Leave the container there, stopped, for minic state and minic delete.");
    private readonly Argument<string[]> words = new("ID or CMD")
    {
        Description = "The new container's id, of a bundle; or with --rootfs the command, all the words that follow.",
        CaptureRemainingTokens = true,
        Arity = ArgumentArity.ZeroOrMore,
    };

    public RunVerb(GlobalOptions globals)
        : base("run",
            "Make a container and run its command. In the foreground minic passes signals and the terminal on, ends "
                + "with the command's exit code, and removes the container.", globals)
    {
        Synopsis = ["minic run [OPTIONS] --rootfs DIR CMD [ARG...]", "minic run [OPTIONS] [-b BUNDLE] ID"];
        Examples =
        [
            ("minic run --rootfs busybox -it sh", "A shell in a container of its own."),
            ("minic run --rootfs busybox --pids 20 sh -c 'ls -l /proc/1/ns'",
                "At most 20 processes. What follows the options is the command's own; no -- is needed."),
            ("minic run -b /tmp/bundle box", "A container called box, of /tmp/bundle/config.json."),
        ];
        foreach (var option in hurry.All)
            Add(option);
        Add(detach);
        Add(keep);
        foreach (var option in flags.All)
            Add(option);
        Add(words);
    }

    /// <inheritdoc/>
    public override int? FailureCode(IReadOnlyList<string> words) =>
        words.Any(w => w == "--rootfs" || w.StartsWith("--rootfs=", StringComparison.Ordinal))
        ? null : base.FailureCode(words);

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed)
    {
        flags.Play.Begin(parsed);
        using var profile = flags.Profile.Begin(parsed, "minic run");
        var (bundle, options) = hurry.Chosen(parsed) ? FromRootfs(parsed) : FromBundle(parsed);
        if (flags.Play.Reads(parsed))
            return Tell(parsed, bundle, options);
        Privilege.Check(bundle.Spec, options.Id);
        using var network = hurry.Chosen(parsed)
            ? hurry.Network(parsed).Plan(options.Root, options.Id, bundle.Directory) : null;
        options = options with { Network = network };
        return options.Foreground || parsed.GetValue(keep) && !parsed.GetValue(detach)
            ? Foreground(parsed, bundle, options) : Detached(parsed, bundle, options);
    }

    private int Tell(ParseResult parsed, Bundle bundle, LaunchOptions options)
    {
        using var network = hurry.Chosen(parsed)
            ? hurry.Network(parsed).Plan(options.Root, options.Id, bundle.Directory, toLook: true) : null;
        var plan = Launcher.MakePlan(bundle, options with { Network = network });
        return flags.Play.Tell(parsed, $"minic run of {options.Id}", plan,
            Container.DirectoryOf(options.Root, options.Id), waits: !parsed.GetValue(detach));
    }

    private (Bundle, LaunchOptions) FromRootfs(ParseResult parsed)
    {
        var command = parsed.GetValue(words) ?? [];
        if (command.Length == 0)
            throw CommandWords.Wrong(this, "there is no command", "Say what to run: minic run --rootfs DIR sh.");
        if (parsed.GetResult(flags.Bundle) is { Implicit: false })
            throw CommandWords.Wrong(this, "--rootfs and --bundle exclude each other",
                "A bundle names its root file system in config.json.");
        var root = Globals.Root(parsed);
        var id = hurry.Id(parsed, root);
        var bundle = hurry.Build(parsed, id, Container.DirectoryOf(root, id), command);
        var options = HowTo(parsed, id) with { WritesConfig = true };
        // The caller's streams would keep a pipeline waiting that minic has left: id=$(minic run -d ...).
        var output = $"log:{Path.Combine(Container.DirectoryOf(root, id), "output")}";
        return (bundle, parsed.GetValue(detach) && !bundle.Spec.Process!.Terminal ? options with
        {
            Stdio = ["null", output, output],
        } : options);
    }

    private (Bundle, LaunchOptions) FromBundle(ParseResult parsed)
    {
        if (hurry.Stray(parsed) is { } stray)
            throw CommandWords.Wrong(this, $"{stray.Name} needs --rootfs",
                "Without --rootfs a bundle's config.json says all of that.");
        if (parsed.GetValue(words) is not [var id])
            throw CommandWords.Wrong(this,
                parsed.GetValue(words) is [] or null
                    ? "the container's id is missing"
                    : "a bundle's command is in its config.json, so only an id is wanted",
                "minic run [-b BUNDLE] ID, or minic run --rootfs DIR CMD.");
        ContainerId.Check(id);
        var bundle = flags.Load(parsed);
        // Known before the first program asks: stty size, or an editor.
        if (bundle.Spec.Process is { Terminal: true, ConsoleSize: null } process
            && Supervisor.CallersSize() is { } size)
            bundle = bundle with
            {
                Spec = bundle.Spec with
                {
                    Process = process with { ConsoleSize = new ConsoleSize(size.Rows, size.Columns) },
                },
            };
        return (bundle, HowTo(parsed, id));
    }

    private LaunchOptions HowTo(ParseResult parsed, string id) =>
        flags.Options(parsed, Globals, id) with
        {
            Foreground = !parsed.GetValue(detach) && !parsed.GetValue(keep),
        };

    private int Foreground(ParseResult parsed, Bundle bundle, LaunchOptions options)
    {
        // minic catches signals before there is a process: a signal that comes meanwhile waits for it.
        using var supervisor = new Supervisor();
        using var owners = StandardStreams.KeepOwners();
        using var terminal = ProcessTerminal.For(bundle.Spec.Process?.Terminal == true, detached: false,
            parsed.GetValue(flags.ConsoleSocket));
        using var launched = Launcher.Launch(bundle,
            options with { Console = terminal.Socket, BareNewlines = terminal.BareNewlines });
        var code = MinicException.ExitFailure;
        try
        {
            PidFile.Write(parsed.GetValue(flags.PidFile), launched.Init.Pid);
            using var master = terminal.Receive();
            RelayReady(launched, options);
            code = supervisor.Wait(launched.Init, master);
        }
        catch
        {
            launched.Delete();
            throw;
        }

        if (options.Foreground)
            launched.Delete();
        return code;
    }

    // Beside the waiting: an init system watches minic itself then, which stays as long as the command does.
    private static void RelayReady(Launched launched, LaunchOptions options)
    {
        if (options.NotifySocket is null)
            return;
        new Thread(() =>
        {
            try
            {
                launched.RelayReady(options.NotifySocket, Environment.ProcessId);
            }
            catch (MinicException e)
            {
                Plans.Warnings.Sink(e.Message);
            }
        }) { IsBackground = true }.Start();
    }

    private int Detached(ParseResult parsed, Bundle bundle, LaunchOptions options)
    {
        using var terminal = ProcessTerminal.For(bundle.Spec.Process?.Terminal == true, detached: true,
            parsed.GetValue(flags.ConsoleSocket));
        using var launched = Launcher.Launch(bundle, options with { Console = terminal.Socket });
        flags.WritePid(parsed, launched);
        launched.RelayReady(options.NotifySocket, launched.Init.Pid);
        if (options.WritesConfig)
            parsed.InvocationConfiguration.Output.WriteLine(options.Id);
        return 0;
    }
}
