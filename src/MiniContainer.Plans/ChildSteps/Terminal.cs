// A pair of pseudoterminals in the container's own devpts (lab 01-run; pty(7), ioctl_tty(2), unix(7)).

using System.Text;
using MiniContainer.Kernel;
using static MiniContainer.Kernel.TapeCalls;

namespace MiniContainer.Plans.ChildSteps;

/// <summary>Opens a pair of pseudoterminals; its slave becomes descriptors 0, 1 and 2.</summary>
/// <param name="Socket">A UNIX socket, to which the master is sent.</param>
/// <param name="Owner">Who owns the slave.</param>
/// <param name="Console">Where to bind the slave, /dev/console; null for nowhere.</param>
/// <param name="Size">Rows and columns, or null.</param>
/// <param name="BareNewlines">
/// Whether a newline stays one, where no terminal is to show it: else each gets a carriage return.
/// </param>
/// <param name="Master">The descriptor that the master gets.</param>
/// <param name="Slave">The descriptor that the slave gets.</param>
/// <param name="Tree">The descriptor that the slave's mount gets, if it is bound.</param>
public sealed record OpenTerminal(int Socket, uint Owner, string? Console, (ushort Rows, ushort Columns)? Size,
    bool BareNewlines, int Master, int Slave, int Tree) : ChildStep
{
    /// <inheritdoc/>
    public override string Title => "open a terminal";

    /// <inheritdoc/>
    public override IReadOnlyList<TapeCall> Calls
    {
        get
        {
            var flags = TapeArg.Flags((uint)(O_RDWR | O_NOCTTY | O_CLOEXEC), FlagText.Open);
            List<TapeCall> calls =
            [
                open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC),
                ioctl(Master, 0x40045431, "TIOCSPTLCK", new TapeArg.Block(TapeArg.Ints(0), "[0]")),
                ioctl(Master, 0x5441, "TIOCGPTPEER", flags),
                // Its group stays that of the devpts: tty, in whose name write(1) and wall(1) may write to it.
                fchown(Slave, Owner),
            ];
            if (Size is { } size)
                calls.Add(ioctl(Master, 0x5414, "TIOCSWINSZ", WindowSize(size.Rows, size.Columns)));
            if (BareNewlines)
                calls.Add(ioctl(Slave, 0x5402, "TCSETS", WithoutOnlcr));
            calls.Add(new TapeCall("sendmsg", Socket, DescriptorMessage(Master), 0) { Least = 1 });
            if (Console is not null)
            {
                // The slave itself, by its descriptor: the path /dev/pts/0 may be anything where the image or a volume
                // provides it.
                calls.Add(mknod(Console, S_IFREG | 0x180 /* 0600 */) with { Allowed = [Errno.EEXIST] });
                calls.Add(open_tree(Slave));
                calls.Add(move_mount(Tree, Console, follow: true));
                calls.Add(close(Tree));
            }

            calls.Add(ioctl(Slave, 0x540e, "TIOCSCTTY", 0));
            for (var fd = 0; fd < 3; fd++)
                calls.Add(dup3(Slave, fd));
            calls.Add(close(Slave));
            calls.Add(close(Master));
            return calls;
        }
    }

    /// <inheritdoc/>
    public override string Man => "pty(7)";

    /// <inheritdoc/>
    public override string Lab => "01-run";

    /// <inheritdoc/>
    public override Subject Subject => new(Chapter.Devices);

    /// <inheritdoc/>
    public override IReadOnlyList<string> ByHand =>
    [
        ": # not by hand: no shell tool sends a terminal over a socket; "
            + "the command has the one that the script was called from",
    ];

    private static TapeArg.Block WindowSize(ushort rows, ushort columns) =>
        new(TapeArg.Ints(rows | ((uint)columns << 16), 0), $"{{ws_row={rows}, ws_col={columns}}}");

    // struct termios as a new pseudoterminal has it (asm-generic/termbits.h; tty_std_termios in drivers/tty/tty_io.c),
    // but for ONLCR: a tape cannot read it, change a bit and write it back, and once the command runs it is too late.
    private static TapeArg.Block WithoutOnlcr => new(
        [
            .. TapeArg.Ints(0x500 /* ICRNL|IXON */, 0x1 /* OPOST */, 0xbf /* B38400|CS8|CREAD */,
                0x8a3b /* ISIG|ICANON|ECHO|ECHOE|ECHOK|ECHOCTL|ECHOKE|IEXTEN */),
            0 /* N_TTY */, 3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0,
        ],
        "{c_iflag=ICRNL|IXON, c_oflag=OPOST, c_cflag=B38400|CS8|CREAD, c_lflag=ISIG|ICANON|ECHO|..., ...}");

    // struct msghdr with one byte of data and one SCM_RIGHTS control message: unix(7), cmsg(3).
    private static TapeArg.Block DescriptorMessage(int descriptor)
    {
        var data = new TapeArg.Block(Encoding.ASCII.GetBytes("terminal"), "\"terminal\"");
        var iovec = new TapeArg.Block(TapeArg.Longs(0, 8), "iov") { Pointers = [(0, data)] };
        // struct cmsghdr {len = 16 + 4, level SOL_SOCKET, type SCM_RIGHTS}, the descriptor, padding.
        byte[] control = [.. TapeArg.Longs(20), .. TapeArg.Ints(1, 1, (uint)descriptor, 0)];
        var header = TapeArg.Longs(0, 0, 0, 1, 0, (ulong)control.Length, 0);
        return new TapeArg.Block(header, $"{{[\"terminal\"], SCM_RIGHTS=[{descriptor}]}}")
        {
            Pointers = [(16, iovec), (32, new TapeArg.Block(control, "control"))],
        };
    }
}
