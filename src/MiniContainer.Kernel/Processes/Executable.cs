// Whether a process could execute a file, and if not, why: what execve(2) would say in one number, looked up
// beforehand and told in words (lab 12-oci; execve(2), path_resolution(7), elf(5)).
//
// The process waits, and is what it will be: its root, its user and its capabilities are the ones that count. execve
// keeps the last word: this reads what is there now, knows no security modules, and follows four interpreters, as the
// kernel does.

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace MiniContainer.Kernel;

/// <summary>Why a file cannot be executed.</summary>
/// <param name="Errno">What execve(2) would give.</param>
/// <param name="Reason">The reason in words; null where the number says it all.</param>
/// <param name="Remedy">What to do about it; null where there is nothing to add to what the number says.</param>
public sealed record NotExecutable(int Errno, string? Reason = null, string? Remedy = null);

/// <summary>Looks at files as a waiting process would.</summary>
public sealed unsafe class Executable
{
    private const int MostInterpreters = 4;
    private const int DacOverride = 1;
    private const int DacReadSearch = 2;
    private const string OpenIt = "Open it with chmod, or run as another user.";

    private readonly string process;
    private readonly Dictionary<string, string[]> status;

    /// <summary>Reads who a process is.</summary>
    /// <param name="pid">The process.</param>
    public Executable(int pid)
    {
        process = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}";
        status = Knob.TryReadLines($"{process}/status").Select(l => l.Split(':', 2)).Where(f => f.Length == 2)
            .ToDictionary(f => f[0], f => f[1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Why the process could not execute a file; null if it could.</summary>
    /// <param name="path">A path in its root, absolute.</param>
    /// <param name="fromRoot">
    /// Whether it is looked up from the root; else only the last directory need be open to the process.
    /// </param>
    /// <exception cref="MinicException">The process has ended.</exception>
    public NotExecutable? Check(string path, bool fromRoot = true)
    {
        try
        {
            return Check(path, fromRoot, MostInterpreters);
        }
        catch (MinicException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            // Without CAP_SYS_PTRACE minic may not look into the process, which is not dumpable: it is left to execve.
            return null;
        }
    }

    private NotExecutable? Check(string path, bool fromRoot, int interpreters)
    {
        var slash = fromRoot ? path.IndexOf('/', 1) : path.LastIndexOf('/');
        for (; slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            var above = path[..slash];
            using var directory = InsideRoot.TryOpen($"{process}/root", above, O_PATH | O_DIRECTORY, out var failed);
            if (directory is null)
                return new NotExecutable(failed);
            if (Look(directory) is { } found && !May(directory, found, DacReadSearch))
                return new NotExecutable(Errno.EACCES, $"user {Ids("Uid")} may not enter {above}", OpenIt);
        }

        using var file = InsideRoot.TryOpen($"{process}/root", path, O_PATH, out var errno);
        if (file is null)
            return new NotExecutable(errno);
        return Look(file) is { } status ? CheckFile(file, status) ?? CheckContent(file, interpreters) : null;
    }

    private NotExecutable? CheckFile(SafeFileHandle file, Tmds.Linux.stat found)
    {
        var mode = (uint)found.st_mode;
        var text = $"its mode is 0{Convert.ToString(mode & 0xfff, 8)}";
        if ((mode & (uint)S_IFMT) == (uint)S_IFDIR)
            return new NotExecutable(Errno.EACCES, "it is a directory", "Name a program in it.");
        if ((mode & (uint)S_IFMT) != (uint)S_IFREG)
            return new NotExecutable(Errno.EACCES, "it is no regular file");
        if ((mode & 0x49 /* 0111 */) == 0)
            return new NotExecutable(Errno.EACCES, $"{text}, without a right to execute", "chmod +x it.");
        if (!May(file, found, null))
            return new NotExecutable(Errno.EACCES, $"{text}, and user {Ids("Uid")} may not execute it", OpenIt);
        const string elsewhere = "Mount it without noexec, or have a program elsewhere read it: sh FILE.";
        return IsNoExec(file) ? new NotExecutable(Errno.EACCES, "its file system is mounted noexec", elsewhere) : null;
    }

    // The first bytes say what is to execute it: an interpreter, a loader, or the kernel alone.
    private NotExecutable? CheckContent(SafeFileHandle file, int interpreters)
    {
        var (kind, next) = Interpreter(file);
        // A relative interpreter is looked for in the current directory; such scripts are left to execve.
        if (next is null || !next.StartsWith('/'))
            return null;
        if (interpreters == 0)
            return new NotExecutable(Errno.ELOOP, "its interpreters are scripts themselves, and too many");
        return Check(next, fromRoot: true, interpreters - 1) switch
        {
            null => null,
            { Errno: Errno.ENOENT or Errno.ENOTDIR, Reason: null } =>
                new NotExecutable(Errno.ENOENT, $"its {kind} {next} is not there", Install(kind)),
            { Reason: null } why => why with { Reason = $"its {kind} {next} cannot be executed" },
            var why => why with { Reason = $"its {kind} {next} cannot be executed: {why.Reason}" },
        };
    }

    private static string Install(string kind) => kind == "loader"
        ? "Put it and its libraries into the container's root, or link the program statically."
        : "Put it into the container's root, or mend the first line of the script.";

    private static (string Kind, string? Path) Interpreter(SafeFileHandle file)
    {
        try
        {
            using var readable = File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}");
            Span<byte> head = stackalloc byte[256];
            head = head[..RandomAccess.Read(readable, head, 0)];
            return head.StartsWith("#!"u8) ? ("interpreter", Script(head[2..])) : ("loader", Loader(readable, head));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that may be executed need not be readable.
            return ("", null);
        }
    }

    private static string? Script(ReadOnlySpan<byte> line)
    {
        line = line.TrimStart(" \t"u8);
        var end = line.IndexOfAny(" \t\n\0"u8);
        return end <= 0 ? null : Encoding.UTF8.GetString(line[..end]);
    }

    // Elf64_Ehdr: e_phoff at 32, e_phentsize at 54, e_phnum at 56. Elf64_Phdr: p_type at 0 (3 is PT_INTERP), p_offset
    // at 8, p_filesz at 32.
    private static string? Loader(SafeFileHandle file, ReadOnlySpan<byte> head)
    {
        if (head.Length < 64 || !head.StartsWith("\u007fELF\u0002\u0001"u8))
            return null;
        var offset = BinaryPrimitives.ReadInt64LittleEndian(head[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(head[54..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(head[56..]);
        Span<byte> entry = stackalloc byte[56];
        Span<byte> path = stackalloc byte[256];
        for (var i = 0; i < count && size == entry.Length; i++)
        {
            var read = RandomAccess.Read(file, entry, offset + (i * size));
            if (read < size || BinaryPrimitives.ReadInt32LittleEndian(entry) != 3)
                continue;
            var length = (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(entry[32..]), 0, path.Length);
            path = path[..RandomAccess.Read(file, path[..length], BinaryPrimitives.ReadInt64LittleEndian(entry[8..]))];
            return path.IndexOf((byte)0) is > 0 and var end ? Encoding.UTF8.GetString(path[..end]) : null;
        }

        return null;
    }

    // As the kernel's generic_permission(): the owner's class, or the group's, or the others', and a capability above
    // all of them. An access list may say otherwise (acl(5)), so what has one is left to execve.
    private bool May(SafeFileHandle file, Tmds.Linux.stat found, int? capability)
    {
        var held = ulong.MaxValue;
        if (status.GetValueOrDefault("CapEff") is [var effective])
            _ = ulong.TryParse(effective, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out held);
        if ((held >> DacOverride & 1) == 1 || capability is { } other && (held >> other & 1) == 1)
            return true;
        var mode = (uint)found.st_mode;
        var isOwner = Ids("Uid") == (uint)found.st_uid;
        var group = ((uint)found.st_gid).ToString(CultureInfo.InvariantCulture);
        var isInGroup = Ids("Gid") == (uint)found.st_gid || status.GetValueOrDefault("Groups")?.Contains(group) == true;
        return (mode >> (isOwner ? 6 : isInGroup ? 3 : 0) & 1) == 1 || HasAccessList(file);
    }

    // Real, effective, saved, and the one that counts for files; as our own user namespace numbers them.
    private uint Ids(string which) =>
        status.GetValueOrDefault(which) is [_, _, _, var files] ? uint.Parse(files, CultureInfo.InvariantCulture) : 0;

    private static Tmds.Linux.stat? Look(SafeFileHandle file)
    {
        Tmds.Linux.stat found;
        return fstat((int)file.DangerousGetHandle(), &found) == 0 ? found : null;
    }

    private static bool HasAccessList(SafeFileHandle file)
    {
        var getxattr = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 8 : 191;
        var link = Libc.Utf8($"/proc/self/fd/{file.DangerousGetHandle()}");
        fixed (byte* path = link, name = "system.posix_acl_access\0"u8)
            return (long)syscall(getxattr, path, name, null, 0) > 0;
    }

    // struct statfs of statfs(2): f_flags is the eleventh of its longs.
    private static bool IsNoExec(SafeFileHandle file)
    {
        var longs = stackalloc long[16];
        return Libc.fstatfs((int)file.DangerousGetHandle(), longs) == 0 && (longs[10] & ST_NOEXEC) != 0;
    }
}
