// One property of a unit, as D-Bus carries it: a name, a type, a value. The value is kept as the words that busctl(1)
// takes for it, so that a journal and a script by hand show the same (lab 08-cgroups; systemd.resource-control(5)).

using System.Globalization;
using MiniContainer.Containers.Oci;
using MiniContainer.Kernel;

namespace MiniContainer.Containers.Systemd;

/// <summary>A property of a unit (org.freedesktop.systemd1(5)).</summary>
/// <param name="Name">"MemoryMax".</param>
/// <param name="Type">Its D-Bus type: "t" for a number of 64 bits, "as" for texts (D-Bus specification, "Type
/// System").</param>
/// <param name="Words">Its value, as busctl(1) takes it: an array begins with its length.</param>
public sealed record UnitProperty(string Name, string Type, IReadOnlyList<string> Words)
{
    /// <summary>"No limit" where systemd takes a number of 64 bits: UINT64_MAX.</summary>
    public const ulong Infinity = ulong.MaxValue;

    /// <summary>A property that is true.</summary>
    public static UnitProperty On(string name) => new(name, "b", ["true"]);

    /// <summary>A property that is false.</summary>
    public static UnitProperty Off(string name) => new(name, "b", ["false"]);

    /// <summary>A text.</summary>
    public static UnitProperty Text(string name, string value) => new(name, "s", [value]);

    /// <summary>Texts.</summary>
    public static UnitProperty Texts(string name, params string[] values) =>
        new(name, "as", [Count(values.Length), .. values]);

    /// <summary>A number of 64 bits.</summary>
    public static UnitProperty Number(string name, ulong value) =>
        new(name, "t", [value.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Processes, by pid.</summary>
    public static UnitProperty Pids(string name, params int[] pids) => new(name, "au", [Count(pids.Length), .. pids
        .Select(Count)]);

    /// <summary>Pairs of texts: a device and how it may be used.</summary>
    public static UnitProperty Pairs(string name, IReadOnlyList<(string, string)> pairs) =>
        new(name, "a(ss)", [Count(pairs.Count), .. pairs.SelectMany(p => new[] { p.Item1, p.Item2 })]);

    /// <summary>A set of numbers, processors or memory nodes, as a mask of bits: byte 0 has numbers 0 to 7.</summary>
    /// <param name="name">The property: "AllowedCPUs".</param>
    /// <param name="list">The kernel's notation: "0-2,7".</param>
    /// <exception cref="MinicException">It is no such list.</exception>
    public static UnitProperty Mask(string name, string list)
    {
        if (list.Trim().Length == 0)
            return new(name, "ay", [Count(0)]);
        var numbers = NumberList.Parse(list) ?? throw new MinicException($"set {name}",
            $"\"{list}\" is no list of numbers and ranges", "Write it as in 0-2,7.");
        // In bytes, where system calls take whole longs.
        var bytes = NumberList.Mask(numbers)[..((numbers[^1] / 8) + 1)];
        return new(name, "ay", [Count(bytes.Length), .. bytes.Select(b => Count(b))]);
    }

    /// <summary>Whether another one has the same name, type and value.</summary>
    public bool Equals(UnitProperty? other) =>
        other is not null && Name == other.Name && Type == other.Type && Words.SequenceEqual(other.Words);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Words.Count);

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
