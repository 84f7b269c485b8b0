// Compiled filters, kept from one container to the next: a profile of Docker's size takes libseccomp 15 ms to compile,
// more than all the rest of a container's start. What is kept is no state of any container, and so is not below
// /run/minic, which is empty when there are no containers: it is where caches are (hier(7)), and can be removed at any
// time. Lab 10-privileges.

using System.Text.Json;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Planning;

/// <summary>Finds and keeps compiled filters.</summary>
/// <param name="directory">Where they are; made when something is kept.</param>
/// <param name="keeps">Whether anything is kept: not by those who only want to read a plan.</param>
public sealed class SeccompCache(string directory, bool keeps = true)
{
    /// <summary>The user's: /var/cache/minic/seccomp for root, below ~/.cache for any other user.</summary>
    /// <remarks>The environment does not set root's: a user who writes there decides what containers may do.</remarks>
    public static SeccompCache Default { get; } = new(Environment.IsPrivilegedProcess
        ? "/var/cache/minic/seccomp"
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/nonexistent", ".cache"),
            "minic/seccomp"));

    /// <summary>The same, for reading alone.</summary>
    public SeccompCache ForReading() => new(directory, keeps: false);

    /// <summary>All that a filter's program depends on.</summary>
    /// <param name="seccomp">The filter.</param>
    /// <exception cref="MinicException">libseccomp is missing.</exception>
    public static byte[] Key(LinuxSeccomp seccomp)
    {
        var machine = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture;
        return
        [
            .. System.Text.Encoding.UTF8.GetBytes($"2 {Seccomp.Version()} {machine}\n"),
            .. JsonSerializer.SerializeToUtf8Bytes(seccomp, SpecJson.Default.LinuxSeccomp),
        ];
    }

    /// <summary>The program kept for a key, or null.</summary>
    public byte[]? Find(byte[] key)
    {
        try
        {
            // The key stands in front of the program: two keys of one name are told apart, even if made on purpose.
            var content = File.ReadAllBytes(PathOf(key)).AsSpan();
            var program = content.StartsWith(key) ? content[key.Length..].ToArray() : [];
            // struct sock_filter has eight bytes.
            return program.Length > 0 && program.Length % 8 == 0 ? program : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a program; where that cannot be, it will be compiled again.</summary>
    public void Keep(byte[] key, byte[] program)
    {
        if (!keeps)
            return;
        var path = PathOf(key);
        var half = $"{path}.{Environment.ProcessId}";
        try
        {
            Directories.MakeAll(directory, 0x1c0 /* 0700 */);
            File.WriteAllBytes(half, [.. key, .. program]);
            // At once, so that no minic ever reads half a program, which would be another filter.
            File.Move(half, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MinicException)
        {
            // A read-only or full disk.
        }
    }

    // FNV-1a, which is enough for a name; .NET's SHA-256 would load all of OpenSSL first, for milliseconds.
    private string PathOf(byte[] key) =>
        Path.Combine(directory,
            key.Aggregate(0xcbf29ce484222325UL, (hash, b) => unchecked((hash ^ b) * 0x100000001b3))
                .ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
}
