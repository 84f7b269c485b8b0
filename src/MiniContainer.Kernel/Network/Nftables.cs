// Packet filtering, in nft's own language: the library that the nft command is made of reads the text, compiles it to
// the kernel's little machine, and hands all of it over as one transaction. minic does not wrap that language in
// another: a user who reads minic's rules reads what `nft list ruleset` shows. See nft(8), libnftables(3).

using System.Runtime.InteropServices;
using System.Text;

namespace MiniContainer.Kernel;

/// <summary>Runs commands of nft(8), through libnftables (Debian: libnftables1).</summary>
public static unsafe partial class Nftables
{
    private const string Library = "libnftables.so.1";
    private const uint NFT_CTX_DEFAULT = 0;
    private const uint NFT_CTX_OUTPUT_JSON = 1 << 4;

    // libnftables keeps some tables of its own in static memory and promises nothing about threads.
    private static readonly Lock Gate = new();

    /// <summary>Runs commands as one transaction: all of them are done, or none.</summary>
    /// <remarks>Equivalent to: <c>[ip netns exec NS] nft -f - &lt;&lt;EOF ... EOF</c>.</remarks>
    /// <param name="commands">Commands, separated by newlines or semicolons.</param>
    /// <param name="netns">The network namespace; null is the calling thread's.</param>
    /// <returns>What the commands printed, usually nothing.</returns>
    /// <exception cref="MinicException">Has libnftables' own text, with line and column.</exception>
    public static string Run(string commands, SafeHandle? netns = null)
    {
        var result = Execute(commands, netns, flags: 0);
        return result.Ok ? result.Output : throw Refused("apply nft commands", result.Errors);
    }

    /// <summary>Runs commands that may find their object gone already: <see cref="Run"/> for undoing.</summary>
    /// <remarks>
    /// All commands fail together, so give one <c>delete</c> at a time. Without asking first: <c>add table T; delete
    /// table T</c> succeeds whether T was there or not, and newer versions (nft 1.0.7, Linux 6.3) have <c>destroy</c>.
    /// A refused transaction takes the kernel 5 to 15 ms, as one with a deletion does: it waits for packets under way.
    /// </remarks>
    /// <returns>False, and nothing was changed, if an object that they name does not exist (ENOENT).</returns>
    /// <exception cref="MinicException">Any other failure.</exception>
    public static bool TryRun(string commands, SafeHandle? netns = null)
    {
        var result = Execute(commands, netns, flags: 0);
        if (result.Ok) return true;
        return IsNotFound(result.Errors) ? false : throw Refused("apply nft commands", result.Errors);
    }

    /// <summary>Loads the library, before anything is done that only it can undo.</summary>
    /// <exception cref="MinicException">It is missing.</exception>
    public static void Require()
    {
        if (!NativeLibrary.TryLoad(Library, typeof(Nftables).Assembly, null, out _))
            throw Missing(inner: null);
    }

    /// <summary>
    /// Whether a failure says that something exists already (EEXIST): a key of a map with another value, say.
    /// </summary>
    public static bool IsExists(MinicException failure) => failure.Message.Contains(
        Errno.Text(Errno.EEXIST), StringComparison.Ordinal);

    /// <summary>Lists what is there, as nft commands or as JSON (libnftables-json(5)).</summary>
    /// <remarks>Equivalent to: <c>[ip netns exec NS] nft [-j] list WHAT</c>.</remarks>
    /// <param name="what">"ruleset", "table ip minic", "map ip minic ports".</param>
    /// <param name="netns">The network namespace; null is the calling thread's.</param>
    /// <param name="json">Whether to answer in JSON.</param>
    public static string List(string what, SafeHandle? netns = null, bool json = false)
    {
        var result = Execute($"list {what}", netns, json ? NFT_CTX_OUTPUT_JSON : 0);
        return result.Ok ? result.Output : throw Refused($"list nft {what}", result.Errors);
    }

    /// <summary>Like <see cref="List"/>; null if it does not exist.</summary>
    public static string? TryList(string what, SafeHandle? netns = null, bool json = false)
    {
        var result = Execute($"list {what}", netns, json ? NFT_CTX_OUTPUT_JSON : 0);
        if (result.Ok) return result.Output;
        return IsNotFound(result.Errors) ? null : throw Refused($"list nft {what}", result.Errors);
    }

    private readonly record struct Result(bool Ok, string Output, string Errors);

    private static Result Execute(string commands, SafeHandle? netns, uint flags)
    {
        try
        {
            lock (Gate)
            {
                // The context opens its netlink socket when it is made, so all of it happens inside.
                return netns is null
                    ? InContext(commands, flags)
                    : NetworkNamespace.Run(netns, () => InContext(commands, flags));
            }
        }
        catch (DllNotFoundException exception)
        {
            throw Missing(exception);
        }
    }

    private static MinicException Missing(Exception? inner) => new(
        "apply nft commands", $"{Library} cannot be loaded", "Install the Debian package libnftables1.", inner: inner);

    // A context for each call: it keeps a cache of the ruleset, which would be of the last namespace and moment.
    private static Result InContext(string commands, uint flags)
    {
        var context = nft_ctx_new(NFT_CTX_DEFAULT);
        if (context == 0) throw new MinicException("apply nft commands", "nft_ctx_new: no context could be made");
        try
        {
            // Else the library writes to this process's standard output and error.
            if (nft_ctx_buffer_output(context) != 0 || nft_ctx_buffer_error(context) != 0)
                throw new MinicException("apply nft commands", "nft_ctx_buffer_output: no buffer could be made");
            nft_ctx_output_set_flags(context, flags);

            // The library tells line and column only of what it reads from a file; so it gets one, of memory alone.
            using var file = MemoryFile.Create("nft", Encoding.UTF8.GetBytes(commands + '\n'));
            using var held = new HeldDescriptor(file);
            var name = $"/proc/self/fd/{held.Number}";
            int result;
            fixed (byte* path = Libc.Utf8(name)) result = nft_run_cmd_from_filename(context, path);
            var errors = Text(nft_ctx_get_error_buffer(context)).Replace(name, "commands", StringComparison.Ordinal);
            return new Result(result == 0, Text(nft_ctx_get_output_buffer(context)), errors);
        }
        finally
        {
            nft_ctx_free(context);
        }
    }

    // libnftables has no error numbers, only their texts: those of strerror(3), here as there.
    private static bool IsNotFound(string errors) =>
        errors.Contains(
            Errno.Text(Errno.ENOENT), StringComparison.Ordinal);

    private static MinicException Refused(string doing, string errors) => new(doing, errors.TrimEnd());

    private static string Text(byte* buffer) => Marshal.PtrToStringUTF8((nint)buffer) ?? "";

    [LibraryImport(Library)]
    private static partial nint nft_ctx_new(uint flags);

    [LibraryImport(Library)]
    private static partial void nft_ctx_free(nint ctx);

    [LibraryImport(Library)]
    private static partial void nft_ctx_output_set_flags(nint ctx, uint flags);

    [LibraryImport(Library)]
    private static partial int nft_ctx_buffer_output(nint ctx);

    [LibraryImport(Library)]
    private static partial int nft_ctx_buffer_error(nint ctx);

    [LibraryImport(Library)]
    private static partial byte* nft_ctx_get_output_buffer(nint ctx);

    [LibraryImport(Library)]
    private static partial byte* nft_ctx_get_error_buffer(nint ctx);

    [LibraryImport(Library)]
    private static partial int nft_run_cmd_from_filename(nint nft, byte* filename);
}
