// The unit of a container and its slice: from linux.cgroupsPath, as runc and crun read it, to where systemd puts the
// cgroup (lab 08-cgroups; systemd.unit(5), systemd.slice(5)).
//
//     machine-a.slice : libpod : box   ->   /machine.slice/machine-a.slice/libpod-box.scope
//     the slice         prefix   name

using System.Text;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Systemd;

/// <summary>A unit that is to be made, and its place.</summary>
/// <param name="Name">"minic-box.scope".</param>
/// <param name="Slice">The slice that it is in: "system.slice"; "-.slice" for the topmost.</param>
/// <param name="Path">Its cgroup below that of the systemd which makes it: "/system.slice/minic-box.scope".</param>
public sealed record UnitName(string Name, string Slice, string Path)
{
    private const string Doing = "name the systemd unit of the container";
    private const string Suffix = ".slice";

    /// <summary>Whether it is a slice itself.</summary>
    public bool IsSlice => Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Reads the member linux.cgroupsPath of config.json.</summary>
    /// <param name="cgroupsPath">"SLICE:PREFIX:NAME"; null or empty for a name that minic chooses.</param>
    /// <param name="id">The container.</param>
    /// <param name="user">Whether a user's own systemd is to make it.</param>
    /// <exception cref="MinicException">It has another form, or names no unit.</exception>
    public static UnitName Of(string? cgroupsPath, string id, bool user)
    {
        var parts = string.IsNullOrEmpty(cgroupsPath) ? ["", "minic", id] : cgroupsPath.Split(':');
        if (parts is not [var slice, var prefix, { Length: > 0 } name])
            throw Wrong(cgroupsPath, "has not the form SLICE:PREFIX:NAME that systemd's cgroups need");
        slice = slice switch { "" => user ? "user.slice" : "system.slice", "-" => "-.slice", _ => slice };
        if (name.EndsWith(Suffix, StringComparison.Ordinal))
            return new(name, slice, Expand(name, cgroupsPath));
        var unit = $"{Escape(prefix.Length == 0 ? name : $"{prefix}-{name}")}.scope";
        if (unit.Length > 255)
            throw Wrong(cgroupsPath, $"makes a unit of {unit.Length} characters, more than the 255 of a name");
        return new(unit, slice, $"{Expand(slice, cgroupsPath)}/{unit}");
    }

    // A dash in a slice's name stands for a level: a-b.slice is in a.slice.
    private static string Expand(string slice, string? from)
    {
        if (slice == "-.slice")
            return "";
        var stem = slice.EndsWith(Suffix, StringComparison.Ordinal) ? slice[..^Suffix.Length] : "";
        var levels = stem.Split('-');
        if (levels.Any(l => l.Length == 0) || stem.Any(c => !IsPlain(c)))
            throw Wrong(from, $"says {(slice.Length > 100 ? "a long text" : slice)}, which is no slice");
        var path = new StringBuilder();
        for (var i = 1; i <= levels.Length; i++)
            path.Append('/').AppendJoin('-', levels.Take(i)).Append(Suffix);
        return path.ToString();
    }

    // What no unit's name may have is written as its number (systemd-escape(1)).
    private static string Escape(string text) => string.Concat(Encoding.UTF8.GetBytes(text)
        .Select(b => b < 0x80 && IsPlain((char)b) ? ((char)b).ToString() : $"\\x{b:x2}"));

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is ':' or '_' or '.' or '-' or '\\' or '@';

    private static MinicException Wrong(string? path, string problem) =>
        new(Doing, $"$.linux.cgroupsPath \"{path}\" {problem}",
            "Write it as in \"system.slice:minic:box\", or leave it out; or leave --systemd-cgroup out.");
}
