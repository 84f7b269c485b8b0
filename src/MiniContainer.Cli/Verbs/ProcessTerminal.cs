// Which process gets the master side of a terminal (lab 01-run; pty(7), unix(7)):
//
//   in the foreground   minic itself, over a socket pair, and the Supervisor copies
//   create, or -d       the process that listens on --console-socket, since minic will be gone
//
// The rules are runc's (docs/terminals.md there), and as in runc it is an error to break them.

using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MiniContainer.Kernel;

namespace MiniContainer.Cli;

/// <summary>The socket over which a process's terminal is handed out.</summary>
internal sealed class ProcessTerminal : IDisposable
{
    private readonly SafeFileHandle? ours;
    private readonly IDisposable? connection;

    private ProcessTerminal(SafeHandle? socket, SafeFileHandle? ours, IDisposable? connection) =>
        (Socket, this.ours, this.connection) = (socket, ours, connection);

    /// <summary>
    /// The end for the process's tape, which sends the master over it; null if it has no terminal.
    /// </summary>
    public SafeHandle? Socket { get; }

    /// <summary>Whether minic copies what it shows to a pipe or a file: as with runc, a newline stays one
    /// there.</summary>
    /// <remarks>On a terminal the carriage returns stay: a program on the screen that leaves them out means to move
    /// straight down.</remarks>
    public bool BareNewlines => ours is not null && !ShownOnTerminal();

    private static bool ShownOnTerminal()
    {
        using var output = StandardStreams.Get(1);
        return Terminal.Is(output);
    }

    /// <summary>Makes what the process needs.</summary>
    /// <param name="wanted">Whether it is to have a terminal.</param>
    /// <param name="detached">Whether minic goes away before the process does.</param>
    /// <param name="path">--console-socket.</param>
    /// <exception cref="MinicException">The three do not fit together, or no process listens on the socket.</exception>
    public static ProcessTerminal For(bool wanted, bool detached, string? path)
    {
        const string Doing = "prepare the terminal";
        if (wanted && detached && string.IsNullOrEmpty(path))
            throw new MinicException(Doing, "the process is to have one, and nobody is there to take it",
                "Give --console-socket, the UNIX socket of a program that does; or do without the terminal.");
        if (!string.IsNullOrEmpty(path) && (!wanted || !detached))
        {
            throw new MinicException(Doing,
                wanted ? "minic stays in the foreground, so it takes the terminal itself"
                    : "the process is to have none, so there is nothing to send to --console-socket",
                wanted ? "Leave --console-socket out, or add --detach."
                    : "Leave --console-socket out, or set process.terminal to true.");
        }

        if (!wanted)
            return new ProcessTerminal(null, null, null);
        if (path is { Length: > 0 })
        {
            var connected = Connect(path);
            return new ProcessTerminal(connected.SafeHandle, null, connected);
        }

        var (mine, theirs) = Terminal.SocketPair();
        return new ProcessTerminal(theirs, mine, null);
    }

    /// <summary>Takes the master, once the process has sent it; null where minic is not the one to have it.</summary>
    public SafeFileHandle? Receive()
    {
        if (ours is null)
            return null;
        // Our copy of the other end goes first: if the process has ended without sending, that is then the end of the
        // stream.
        Socket!.Dispose();
        return Terminal.ReceiveDescriptor(ours)
            ?? throw new MinicException("take the terminal", "the process did not send it");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ours?.Dispose();
        Socket?.Dispose();
        connection?.Dispose();
    }

    private static Socket Connect(string path)
    {
        // A relative path is handed to the kernel as it is: an address of a socket holds 107 bytes.
        _ = HostPath.Absolute(path, $"prepare the terminal: find {path}");
        // .NET has one error for a path that is not there and an address of another machine.
        if (!Path.Exists(path))
            throw new MinicException("prepare the terminal", $"there is no {path}",
                "--console-socket names a UNIX socket on which somebody listens.");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new MinicException("prepare the terminal", $"connect({path}): {e.Message}",
                "--console-socket names a UNIX socket on which somebody listens.", inner: e);
        }
    }
}
