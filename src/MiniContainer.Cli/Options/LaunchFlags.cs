// The flags that `run` and `create` share, named as runc names them.

using System.CommandLine;
using MiniContainer.Containers.Lifecycle;
using MiniContainer.Containers.Oci;
using MiniContainer.Plans;

namespace MiniContainer.Cli;

/// <summary>How a bundle becomes a container.</summary>
internal sealed class LaunchFlags
{
    private readonly Option<bool> noPivot = new("--no-pivot")
    {
        Description = "Switch roots by chroot, for a host whose own root is an initramfs.",
    };
    private readonly Option<bool> noNewKeyring = new("--no-new-keyring")
    {
        Description = "Keep your session keyring instead of giving it an empty one.",
    };
    private readonly Option<bool> noSubreaper = new("--no-subreaper") { Hidden = true };
    private readonly Option<string> pidFdSocket = new("--pidfd-socket")
    {
        HelpName = "PATH",
        Description = "The UNIX socket to which the first process's pidfd is sent.",
    };

    private readonly Option<int> preserveFds = PreservedDescriptors.Option();

    /// <summary>How the plan is played, or read instead.</summary>
    public PlayFlags Play { get; } = new();

    /// <summary>Where config.json is.</summary>
    public Option<string> Bundle { get; } = new("--bundle", "-b")
    {
        HelpName = "BUNDLE",
        Description = "The directory that holds config.json; the current one where not given.",
    };

    /// <summary>Which process takes the terminal.</summary>
    public Option<string> ConsoleSocket { get; } = new("--console-socket")
    {
        HelpName = "PATH",
        Description = "The UNIX socket to which the terminal's master side is sent.",
    };

    /// <summary>Where the pid is written.</summary>
    public Option<string> PidFile { get; } = new("--pid-file")
    {
        HelpName = "FILE",
        Description = "Write the first process's pid to FILE.",
    };

    /// <summary>Whether to tell where the time goes.</summary>
    public ProfileFlags Profile { get; } = new();

    /// <summary>All of them, in the order in which help shows them.</summary>
    public IReadOnlyList<Option> All => [Bundle, ConsoleSocket, PidFile, pidFdSocket, preserveFds, noPivot,
        noNewKeyring, noSubreaper, .. Play.All, .. Profile.All];

    /// <summary>The bundle.</summary>
    public Bundle Load(ParseResult parsed) =>
        Containers.Oci.Bundle.Load(parsed.GetValue(Bundle) is { Length: > 0 } given ? given : ".");

    /// <summary>How to launch it.</summary>
    public LaunchOptions Options(ParseResult parsed, GlobalOptions globals, string id) => new(globals.Root(parsed), id)
    {
        Systemd = globals.Systemd(parsed),
        PreserveFds = PreservedDescriptors.Check(parsed.GetValue(preserveFds), InitSystem.ListenFds?.Count ?? 0),
        PidFdSocket = parsed.GetValue(pidFdSocket) is { Length: > 0 } socket ? socket : null,
        NotifySocket = InitSystem.NotifySocket,
        ListenFds = InitSystem.ListenFds,
        NoPivot = parsed.GetValue(noPivot),
        KeepKeyring = parsed.GetValue(noNewKeyring),
        Watch = PlayObserver.Of(Play.Watch, Profile.Watch),
    };

    /// <summary>Writes the pid file of a container that outlives minic; if that fails, the container goes.</summary>
    public void WritePid(ParseResult parsed, Launched launched)
    {
        try
        {
            Cli.PidFile.Write(parsed.GetValue(PidFile), launched.Init.Pid);
        }
        catch
        {
            launched.Delete();
            throw;
        }
    }
}
