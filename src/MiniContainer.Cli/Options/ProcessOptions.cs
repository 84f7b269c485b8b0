// What `minic exec` runs, and as whom: config.json's process, changed by options; or a process.json
// (lab 11-exec; runtime-spec, "Process").

using System.CommandLine;
using System.Globalization;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>Builds the process of exec.</summary>
/// <param name="capLetters">
/// The short forms of --cap: runc's -c, unless Kubernetes has given that letter away.
/// </param>
internal sealed class ProcessOptions(params string[] capLetters)
{
    private readonly Option<bool> tty = new("--tty", "-t") { Description = "Give the command a terminal." };
    private readonly Option<bool> interactive = new("--interactive", "-i")
    {
        Description = "For the habit of -it; the command has your stdin anyway.",
    };
    private readonly Option<string[]> env = Many("--env", "K=V",
        "Set a variable of its environment; K alone hands yours on. May be repeated.", "-e");
    private readonly Option<string> cwd = new("--cwd", "-w", "--workdir")
    {
        HelpName = "DIR",
        Description = "Where it begins.",
    };
    private readonly Option<string> user = new("--user", "-u")
    {
        HelpName = "USER[:GROUP]",
        Description = "Whom it runs as: numbers, or names of its /etc/passwd.",
    };
    private readonly Option<string[]> groups = Many("--additional-gids", "GID", "A further group. May be repeated.",
        "-g");
    private readonly Option<string[]> capabilities = Many("--cap", "CAP_NAME", "A further capability. May be repeated.",
        capLetters);
    private readonly Option<bool> noNewPrivileges = new("--no-new-privs")
    {
        Description = "Let execve grant no privileges.",
    };
    private readonly Option<string> apparmor = new("--apparmor")
    {
        HelpName = "PROFILE",
        Description = "The AppArmor profile to run under.",
    };
    private readonly Option<string> label = new("--process-label")
    {
        HelpName = "LABEL",
        Description = "The SELinux label to run with.",
    };
    private readonly Option<string> file = new("--process", "-p")
    {
        HelpName = "FILE",
        Description = "A process.json, the process member of a config.json, instead of CMD and these options.",
    };

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All =>
        [tty, interactive, env, cwd, user, groups, capabilities, noNewPrivileges, apparmor, label, file];

    /// <summary>The command.</summary>
    public Argument<string[]> Command { get; } = new("CMD")
    {
        Description = "The command and its arguments, all the words that follow.",
        CaptureRemainingTokens = true,
        Arity = ArgumentArity.ZeroOrMore,
    };

    /// <summary>The process.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="verb">Whose command line it is.</param>
    /// <param name="id">The container where it is to run.</param>
    /// <param name="pid">That container's first process.</param>
    /// <param name="configured">The container's own process, from its config.json.</param>
    /// <exception cref="MinicException">There is no command, or an option makes no sense.</exception>
    public Process Build(ParseResult parsed, Command verb, string id, int pid, Process configured)
    {
        var words = parsed.GetValue(Command) ?? [];
        // Other tools want -- before the command, so some type it here.
        var command = words is ["--", ..] ? words[1..] : words;
        if (parsed.GetValue(file) is { } path)
            return command.Length == 0
                ? Bundle.LoadProcess(path)
                : throw CommandWords.Wrong(verb, "--process and a command exclude each other",
                    "The file has the command in args.");
        if (command.Length == 0)
            throw CommandWords.Wrong(verb, "there is no command",
                $"Say what to run: minic {CommandWords.Path(verb)} {id} sh.");
        var terminal = parsed.GetValue(tty);
        var who = WhoRuns(parsed, configured.User ?? new User(), pid);
        return configured with
        {
            Terminal = terminal,
            ConsoleSize = terminal && Supervisor.CallersSize() is { } size
                ? new ConsoleSize(size.Rows, size.Columns) : null,
            Args = command,
            Env = Environment_(parsed, configured, terminal),
            Cwd = Directory(parsed.GetValue(cwd)) ?? configured.Cwd,
            User = who,
            Capabilities = More(configured.Capabilities, [.. (parsed.GetValue(capabilities) ?? []).Select(Capability)],
                ambient: who.Uid != 0),
            NoNewPrivileges = configured.NoNewPrivileges || parsed.GetValue(noNewPrivileges),
            ApparmorProfile = parsed.GetValue(apparmor) ?? configured.ApparmorProfile,
            SelinuxLabel = parsed.GetValue(label) ?? configured.SelinuxLabel,
        };
    }

    private IReadOnlyList<string> Environment_(ParseResult parsed, Process configured, bool terminal)
    {
        var variables = (parsed.GetValue(env) ?? []).Select(e => EnvOption.Parse(e, CallerWords.Variable))
            .OfType<string>().Aggregate(configured.Env ?? [], EnvOption.Set);
        return terminal && !variables.Any(v => v.StartsWith("TERM=", StringComparison.Ordinal))
            ? [.. variables, "TERM=xterm"] : variables;
    }

    private static string? Directory(string? given) =>
        given is null || given.StartsWith('/')
        ? given : throw new MinicException($"read --cwd {given}", "it is not absolute",
            $"Begin it with a slash: /{given}.");

    private User WhoRuns(ParseResult parsed, User who, int pid)
    {
        if (parsed.GetValue(user) is { } text)
            who = UserOption.Parse(text, who, $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/root");
        var more = (parsed.GetValue(groups) ?? []).Select(g => UserOption.GroupNumber("--additional-gids", g));
        return who with { AdditionalGids = [.. who.AdditionalGids ?? [], .. more] };
    }

    private static string Capability(string name)
    {
        var full = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase)
            ? name.ToUpperInvariant() : "CAP_" + name.ToUpperInvariant();
        if (Kernel.Capabilities.Number(full) is null)
            Failure.Warn(
                $"read --cap {name}: there is no such capability: it is left out. "
                    + $"{NearestName.Ask(full, Kernel.Capabilities.All, "capabilities(7) lists them.")}");
        return full;
    }

    // Ambient for an unprivileged user, who would not have it otherwise; and the kernel takes into the ambient set
    // only what is inheritable too. Root needs neither, and gets none that others inherit (CVE-2022-29162).
    private static Containers.Oci.Capabilities? More(Containers.Oci.Capabilities? sets, IReadOnlyList<string> more,
        bool ambient)
    {
        if (sets is null || more.Count == 0)
            return sets;
        return sets with
        {
            Bounding = Union(sets.Bounding), Effective = Union(sets.Effective), Permitted = Union(sets.Permitted),
            Inheritable = ambient ? Union(sets.Inheritable) : sets.Inheritable,
            Ambient = ambient ? Union(sets.Ambient) : sets.Ambient,
        };

        IReadOnlyList<string> Union(IReadOnlyList<string>? set) => [.. (set ?? []).Union(more)];
    }

    private static Option<string[]> Many(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description, Arity = ArgumentArity.OneOrMore };
}
