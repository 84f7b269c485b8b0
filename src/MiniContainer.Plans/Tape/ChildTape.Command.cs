// Waiting for the parent, the terminal, and the command itself
// (labs 01-run, 03-threads; execve(2), pipe(7), pty(7), ioctl_tty(2), unix(7)).

using System.Text;
using MiniContainer.Kernel;
using static Tmds.Linux.LibC;

namespace MiniContainer.Plans;

public sealed partial class ChildTape
{
    private const int TIOCGPTPEER_ = 0x5441;
    private const int TIOCSPTLCK_ = 0x40045431;
    private const int TIOCSCTTY_ = 0x540e;

    /// <summary>Waits until a byte arrives on a descriptor; if its other end has gone, the tape ends.</summary>
    public void Await(string descriptor, string why) =>
        Add(Subject.Meeting, $"wait for {descriptor}", why, "pipe(7)", "03-threads",
            [new TapeCall("read", Descriptor(descriptor), new TapeArg.Block(new byte[8], "..."), 1) { Least = 1 }],
            $"read -r _ <&{(descriptor.StartsWith("fifo:", StringComparison.Ordinal) ? 6 : 3)} || exit 125");

    /// <summary>Tells the parent, on a descriptor, that the tape has come so far.</summary>
    public void Report(string descriptor, string why) =>
        Add(Subject.Meeting, "report to minic", why, "pipe(7)", "03-threads", [new TapeCall("write", Descriptor(descriptor), "r", 1) { Least = 1 }], "echo ready >&4");

    /// <summary>Opens a pair of pseudoterminals in the container's own devpts; its slave becomes descriptors 0, 1 and 2.</summary>
    /// <param name="socket">The descriptor of a UNIX socket to which the master is sent.</param>
    /// <param name="owner">Who owns the slave.</param>
    /// <param name="console">Where to bind the slave, /dev/console; null for nowhere.</param>
    /// <param name="size">Rows and columns, or null.</param>
    /// <param name="bareNewlines">Whether a newline stays one, where no terminal is to show it: else each gets a
    /// carriage return.</param>
    /// <param name="why">Why, and why here.</param>
    public void OpenTerminal(string socket, uint owner, string? console, (ushort Rows, ushort Columns)? size,
        bool bareNewlines, string why)
    {
        var master = Allocate("ptmx");
        var slave = Allocate("pts");
        var flags = TapeArg.Named((long)(uint)(O_RDWR | O_NOCTTY | O_CLOEXEC), FlagText.Open(O_RDWR | O_NOCTTY | O_CLOEXEC));
        var calls = new List<TapeCall>
        {
            new("openat", TapeArg.AtFdCwd, "/dev/ptmx", flags, 0),
            new("ioctl", master, TapeArg.Named(TIOCSPTLCK_, "TIOCSPTLCK"), new TapeArg.Block(TapeArg.Ints(0), "[0]")),
            new("ioctl", master, TapeArg.Named(TIOCGPTPEER_, "TIOCGPTPEER"), flags),
            // Its group stays that of the devpts: tty, in whose name write(1) and wall(1) may write to it.
            new("fchownat", slave, "", owner, TapeArg.Named(-1, "-1"), TapeArg.Named((long)(uint)AT_EMPTY_PATH, "AT_EMPTY_PATH")),
        };
        if (size is { } s)
            calls.Add(new TapeCall("ioctl", master, TapeArg.Named(0x5414, "TIOCSWINSZ"), new TapeArg.Block(TapeArg.Ints(s.Rows | ((uint)s.Columns << 16), 0), $"{{ws_row={s.Rows}, ws_col={s.Columns}}}")));
        if (bareNewlines)
            calls.Add(new TapeCall("ioctl", slave, TapeArg.Named(0x5402, "TCSETS"), WithoutOnlcr));
        calls.Add(new TapeCall("sendmsg", Descriptor(socket), DescriptorMessage(master), 0) { Least = 1 });
        if (console is not null)
        {
            // The slave itself, by its descriptor: the path /dev/pts/0 may be anything where the image or a volume provides it.
            var tree = Allocate("console");
            Free(tree);
            calls.Add(new TapeCall("mknodat", TapeArg.AtFdCwd, console, TapeArg.Named((long)(uint)S_IFREG | 0x180, "S_IFREG|0600"), 0) { Allowed = [Errno.EEXIST] });
            calls.Add(new TapeCall("open_tree", slave, "", TapeArg.Named(OPEN_TREE_CLONE | (long)(ulong)O_CLOEXEC | (long)(uint)AT_EMPTY_PATH, "OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_EMPTY_PATH")));
            calls.Add(new TapeCall("move_mount", tree, "", TapeArg.AtFdCwd, console, Move(follow: true)));
            calls.Add(new TapeCall("close", tree));
        }

        calls.Add(new TapeCall("ioctl", slave, TapeArg.Named(TIOCSCTTY_, "TIOCSCTTY"), 0));
        for (var fd = 0; fd < 3; fd++)
            calls.Add(new TapeCall("dup3", slave, fd, 0));
        calls.Add(new TapeCall("close", slave));
        calls.Add(new TapeCall("close", master));
        Free(slave);
        Free(master);
        Add(new Subject(Chapter.Devices), "open a terminal", why, "pty(7)", "01-run", calls, ": # not by hand: no shell tool sends a terminal over a socket; the command has the one that the script was called from");
    }

    /// <summary>Executes the child's own program, which plays the rest of the tape; from there on nothing of minic is in the process.</summary>
    /// <param name="kept">How many descriptors the command keeps: all others are marked to close with it.</param>
    /// <param name="why">Why, and why here.</param>
    public void ExecuteOwn(int kept, string why) =>
        Add(new Subject(Chapter.Namespaces), ScriptRole.Unneeded, "leave minic's program behind", why, "execveat(2)", "12-oci",
            [
                new TapeCall("execveat", Descriptor("own"), "", new TapeArg.Strs(["minic", child]), new TapeArg.Strs([]), TapeArg.Named((uint)AT_EMPTY_PATH, "AT_EMPTY_PATH")),
                new TapeCall("prctl", TapeArg.Named(15, "PR_SET_NAME"), "minic"),
                Prctl(4, "PR_SET_DUMPABLE", 0, "0"),
                new TapeCall("close_range", kept, TapeArg.Named(uint.MaxValue, "~0U"), TapeArg.Named(4, "CLOSE_RANGE_CLOEXEC")),
            ],
            ": # a shell has no program of minic's");

    /// <summary>Executes the command; each path is tried in turn, as a shell goes through PATH.</summary>
    /// <param name="paths">Where the program may be.</param>
    /// <param name="argv">Its arguments, its name first.</param>
    /// <param name="environment">Its environment, NAME=VALUE.</param>
    /// <param name="why">Why, and why here.</param>
    public void Execve(IReadOnlyList<string> paths, IReadOnlyList<string> argv, IReadOnlyList<string> environment, string why)
    {
        // The same two for all candidates, so that the tape holds them once.
        var (arguments, variables) = (new TapeArg.Strs(argv), new TapeArg.Strs(environment, $"[/* {environment.Count} vars */]"));
        var calls = paths.Select((path, i) => new TapeCall("execve", path, arguments, variables)
        {
            Allowed = i < paths.Count - 1 ? [Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.ENAMETOOLONG, Errno.ELOOP] : [],
        }).ToList();
        var assignments = string.Concat(environment.Select(e => ShellWord.Quote(e) + " "));
        Add(ScriptRole.Executes, $"execute {argv[0]}", why, "execve(2)", "01-run", calls, assignments.TrimEnd(), string.Join(" ", argv.Select(ShellWord.Quote)));
    }

    /// <summary>Executes the pause program from the descriptor "pause-program".</summary>
    public void ExecutePause(string why) =>
        Add(ScriptRole.Pauses, "execute pause", why, "execveat(2)", "20-pause",
            [new TapeCall("execveat", Descriptor("pause-program"), "", new TapeArg.Strs(["pause"]), new TapeArg.Strs([]), TapeArg.Named((uint)AT_EMPTY_PATH, "AT_EMPTY_PATH"))],
            "sleep infinity");

    /// <summary>Sets a signal back to its default, which an ignored one would not be after execve.</summary>
    public void DefaultSignal(int signal, string why) => DefaultSignals(1UL << (signal - 1), 0, why);

    /// <summary>Sets signals back to their default, which ignored ones would not be after execve, and lets blocked ones through.</summary>
    /// <param name="ignored">The ignored signals, bit n-1 for signal n.</param>
    /// <param name="blocked">The blocked signals, likewise.</param>
    /// <param name="why">Why, and why here.</param>
    public void DefaultSignals(ulong ignored, ulong blocked, string why)
    {
        var numbers = Enumerable.Range(1, 64).Where(n => (ignored >> (n - 1) & 1) == 1).ToList();
        var action = new TapeArg.Block(new byte[32], "{sa_handler=SIG_DFL}");
        if (numbers.Count > 0)
            Add($"set {string.Join(", ", numbers.Select(Processes.SignalName))} to {(numbers.Count == 1 ? "its" : "their")} default", why, "sigaction(2)", "01-run",
                [.. numbers.Select(n => new TapeCall("rt_sigaction", TapeArg.Named(n, Processes.SignalName(n)), action, TapeArg.Null, 8))],
                ": # env --default-signal does it below");
        if (blocked != 0)
            Add("let all signals through", why, "sigprocmask(2)", "01-run",
                [new TapeCall("rt_sigprocmask", TapeArg.Named(2, "SIG_SETMASK"), new TapeArg.Block(new byte[8], "[]"), TapeArg.Null, 8)],
                ": # not by hand: no shell tool unblocks a signal");
    }

    /// <summary>Has the kernel kill the child when the thread that made it ends (PR_SET_PDEATHSIG).</summary>
    public void DieWithParent(string why) =>
        Add("die with minic", why, "prctl(2)", "03-threads", [Prctl(1, "PR_SET_PDEATHSIG", SIGKILL, "SIGKILL")], ": # not by hand: setpriv --pdeathsig would execute another program");

    /// <summary>Restricts which memory layout and ABI programs see (personality(2)).</summary>
    public void Personality(long persona, string text, string why) =>
        Add(new Subject(Chapter.Privileges), $"set the personality {text}", why, "personality(2)", "12-oci", [new TapeCall("personality", TapeArg.Named(persona, text))], ": # not by hand: setarch would execute another program");

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
        var iovec = new TapeArg.Block(TapeArg.Longs(0, 8), "iov") { Pointers = [(0, new TapeArg.Block(Encoding.ASCII.GetBytes("terminal"), "\"terminal\""))] };
        // struct cmsghdr {len = 16 + 4, level SOL_SOCKET, type SCM_RIGHTS}, the descriptor, padding.
        byte[] control = [.. TapeArg.Longs(20), .. TapeArg.Ints(1, 1, (uint)descriptor, 0)];
        return new TapeArg.Block(TapeArg.Longs(0, 0, 0, 1, 0, (ulong)control.Length, 0), $"{{[\"terminal\"], SCM_RIGHTS=[{descriptor}]}}")
        {
            Pointers = [(16, iovec), (32, new TapeArg.Block(control, "control"))],
        };
    }
}
