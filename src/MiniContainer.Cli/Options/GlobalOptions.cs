// The options of minic itself, as runc has them; they may stand before the verb or after it.

using System.CommandLine;
using MiniContainer.Kernel;
using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>What every verb understands.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string> root = new("--root")
    {
        HelpName = "DIR",
        Description = "Where state is kept. Default: /run/minic, or $XDG_RUNTIME_DIR/minic when not root.",
        Recursive = true,
    };

    /// <summary>The file for messages.</summary>
    public Option<string> Log { get; } = new("--log")
    {
        HelpName = "FILE",
        Description = "Write messages to FILE too.",
        Recursive = true,
    };

    /// <summary>Their form.</summary>
    public Option<string> LogFormat { get; } = Choice("--log-format", "The form of that file: text or json.", "text",
        "json");

    /// <summary>Whether to tell every step.</summary>
    public Option<bool> Debug { get; } = new("--debug")
    {
        Description = "Tell every step that is played, in the log or else on stderr.",
        Recursive = true,
    };

    /// <summary>Whether a text that does not fit the terminal is to run through.</summary>
    public static Option<bool> NoPager { get; } = new("--no-pager")
    {
        Description = "Let --explain and plan run through, where they would use $PAGER, else less.",
        Recursive = true,
    };

    /// <summary>Asks for cgroups made by systemd.</summary>
    public Option<bool> SystemdCgroup { get; } = new("--systemd-cgroup")
    {
        Description = "Have systemd make the cgroup: a scope, SLICE:PREFIX:NAME in cgroupsPath.",
        Recursive = true,
    };

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All =>
        [root, Log, LogFormat, Debug, NoPager, SystemdCgroup, CgroupManager, Rootless, Criu];

    // How crun asks for the same.
    private Option<string> CgroupManager { get; } = new("--cgroup-manager")
    {
        HelpName = "NAME",
        Description = "Who makes cgroups, as crun has it: cgroupfs or systemd.",
        Recursive = true,
        Hidden = true,
    };

    // Taken and not needed: minic sees for itself who it is.
    private Option<string> Rootless { get; } = new("--rootless")
    {
        HelpName = "BOOL",
        Description = "Accepted, as runc does: true, false or auto.",
        Recursive = true,
    };

    // Where CRIU is: engines say it with every verb.
    private Option<string> Criu { get; } = new("--criu")
    {
        HelpName = "FILE",
        Description = "Accepted, as runc does; there is no checkpoint.",
        Recursive = true,
        Hidden = true,
    };

    /// <summary>The directory of all state, absolute, with all that minic may find in it.</summary>
    public StateRoot Root(ParseResult parsed) => KnownSteps.Root(Path.TrimEndingDirectorySeparator(
        HostPath.Absolute(parsed.GetValue(root) ?? DefaultRoot, "find the directory of all state")));

    /// <summary>Refuses what minic cannot do.</summary>
    /// <exception cref="MinicException">Another manager of cgroups was asked for.</exception>
    public void Check(ParseResult parsed)
    {
        if (parsed.GetValue(CgroupManager) is { } manager and not "cgroupfs" and not "systemd")
            throw new MinicException($"use --cgroup-manager {manager}", "minic knows no such manager of cgroups",
                "Leave it out, or say cgroupfs or systemd.");
    }

    /// <summary>Whether systemd is to make cgroups.</summary>
    public bool Systemd(ParseResult parsed) =>
        parsed.GetValue(SystemdCgroup) || parsed.GetValue(CgroupManager) == "systemd";

    // A directory of the user's own that goes away with the last session (XDG Base Directory Specification).
    private static string DefaultRoot =>
        Environment.IsPrivilegedProcess && !Caller.Current.InUserNamespace ? Everybody
        : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
        ? Path.Combine(runtime, "minic")
        : Environment.IsPrivilegedProcess ? Everybody
        : throw new MinicException("find the directory of all state",
            "you are not root, and XDG_RUNTIME_DIR is not set",
            "A login sets it, as a rule to /run/user/UID; or say --root DIR, a directory of yours.");

    private const string Everybody = "/run/minic";

    private static Option<string> Choice(string name, string description, params string[] values)
    {
        var option = new Option<string>(name)
        {
            HelpName = string.Join("|", values),
            Description = description,
            Recursive = true,
        };
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
