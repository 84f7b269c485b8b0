// What Linux accepts as the name of a network interface. Checked before anything is asked of the kernel, since its own
// answer is no more than EINVAL or ERANGE. The rules are those of dev_valid_name() in the kernel's net/core/dev.c.

using System.Text;

namespace MiniContainer.Kernel.Netlink;

/// <summary>The rule for names of network interfaces (netdevice(7)).</summary>
public static class InterfaceName
{
    /// <summary>The longest name in bytes: IFNAMSIZ-1, for the kernel stores a final zero.</summary>
    public const int MaxBytes = 15;

    /// <summary>Returns the name if the kernel would take it for a new interface.</summary>
    /// <param name="name">The name: 1 to 15 bytes of UTF-8.</param>
    /// <param name="role">What the name is for, as the message says it: "bridge".</param>
    /// <exception cref="MinicException">Says what is wrong with it.</exception>
    public static string Check(string name, string role = "interface") =>
        Problem(name) is { } problem
            ? throw new MinicException($"use \"{Printable(name)}\" as {role} name", problem)
            : name;

    private static string? Problem(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length == 0) return "it is empty";
        if (bytes.Length > MaxBytes)
            return $"it is {bytes.Length} bytes long; an interface name has at most {MaxBytes} (IFNAMSIZ-1)";
        if (name is "." or "..") return "it would be a directory of /sys/class/net; choose another name";
        if (name.Contains('/', StringComparison.Ordinal)) return "'/' cannot be in an interface name";
        if (name.Contains(':', StringComparison.Ordinal)) return "':' cannot be in an interface name";
        if (name.Contains('%', StringComparison.Ordinal))
            return "'%' cannot be in it: the kernel would put a number of its choice there";

        // isspace() of the kernel knows Latin-1, so it takes the byte 0xA0 for a space even inside a UTF-8 letter.
        return Array.Exists(bytes, b => b is 0 or 0x20 or (>= 0x09 and <= 0x0d) or 0xa0)
            ? "white space (or a byte that Linux takes for it) cannot be in an interface name"
            : null;
    }

    private static string Printable(string name) =>
        string.Concat(name.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString()));
}
