// What a child is called, its session, its keys, and its loopback link (labs 02-uts, 01-run, 10-privileges, 13-netns;
// sethostname(2), setsid(2), keyrings(7), netdevice(7)).

using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Sets the host name of the UTS namespace.</summary>
/// <param name="Name">The name.</param>
public sealed record SetHostname(string Name) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set the hostname to {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [sethostname(Name)];

    /// <inheritdoc/>
    public override string Man => "sethostname(2)";

    /// <inheritdoc/>
    public override string Lab => "02-uts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [ShellWord.Line("hostname", Name)];
}

/// <summary>Sets the NIS domain name of the UTS namespace.</summary>
/// <param name="Name">The name.</param>
public sealed record SetDomainname(string Name) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => $"set the domainname to {Name}";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [setdomainname(Name)];

    /// <inheritdoc/>
    public override string Man => "setdomainname(2)";

    /// <inheritdoc/>
    public override string Lab => "02-uts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [$"{ShellWord.Line("echo", Name)} > /proc/sys/kernel/domainname"];
}

/// <summary>Begins a session of its own, away from the caller's terminal.</summary>
public sealed record BeginSession : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "begin a session";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls => [setsid() with { Allowed = [Errno.EPERM] }];

    /// <inheritdoc/>
    public override string Man => "setsid(2)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => [": # setsid(1) did it when it started this shell"];
}

/// <summary>Begins a session keyring of its own; a kernel without keys has none to leave.</summary>
/// <param name="Name">The keyring's name.</param>
public sealed record JoinKeyring(string Name) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "join a new session keyring";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls =>
        [keyctl_join_session(Name) with { Allowed = [Errno.ENOSYS, Errno.EPERM, Errno.EACCES] }];

    /// <inheritdoc/>
    public override string Man => "keyctl(2)";

    /// <inheritdoc/>
    public override string Lab => "10-privileges";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Namespaces);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
        [$": # not by hand: keyctl session {Name} would execute another program"];
}

/// <summary>Sets lo up in the child's network namespace.</summary>
/// <param name="Socket">The descriptor that a socket gets for the moment.</param>
public sealed record RaiseLoopback(int Socket) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "set lo up";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            // struct ifreq: a name of 16 bytes, and here the flags.
            var request = new byte[40];
            "lo"u8.CopyTo(request);
            request[16] = 1; // IFF_UP
            return
            [
                new TapeCall(
                    "socket", TapeArg.Named(2, "AF_INET"), TapeArg.Named(2 | 0x80000, "SOCK_DGRAM|SOCK_CLOEXEC"), 0),
                ioctl(Socket, 0x8914, "SIOCSIFFLAGS",
                    new TapeArg.Block(request, "{ifr_name=\"lo\", ifr_flags=IFF_UP}")),
                close(Socket),
            ];
        }
    }

    /// <inheritdoc/>
    public override string Man => "netdevice(7)";

    /// <inheritdoc/>
    public override string Lab => "13-netns";

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand => ["ip link set lo up"];
}
