// How far a world is, and whose it is: one line in its directory. It is read and written only under that directory's lock,
// so whoever holds the lock and finds the owner dead may take the world down.

using System.Globalization;
using MiniContainer.Kernel;

namespace MiniContainer.Labs.Worlds;

/// <summary>The line in a world's file "status".</summary>
/// <param name="Stage">"building", "session" (goes with its owner) or "standing" (goes with <c>lab world down</c>).</param>
/// <param name="Owner">Who builds it, or stays for it.</param>
internal sealed record WorldStatus(string Stage, ProcessIdentity Owner)
{
    /// <summary>It is being built, by us.</summary>
    public static WorldStatus Building => new("building", ProcessIdentity.Self);

    /// <summary>It is up for as long as we run.</summary>
    public static WorldStatus Session => new("session", ProcessIdentity.Self);

    /// <summary>It is up.</summary>
    public static WorldStatus Standing => new("standing", new ProcessIdentity(0, 0));

    /// <summary>Whether a world is up, and can be entered from here.</summary>
    /// <remarks>One that was made in another mount namespace, or whose mounts somebody took away, is not.</remarks>
    public static bool IsUp(World world) =>
        Read(world) is var status && (status.Stage == "standing" || (status.Stage == "session" && status.Owner.Alive))
        && world.Places.All(p => MountTable.Namespaces(p).Count == Place.Kinds.Count);

    /// <summary>Whether the one who would have taken it down is dead.</summary>
    public bool IsLeftOver => Stage != "standing" && !Owner.Alive;

    /// <summary>Reads it; a world without one was left while it was claimed.</summary>
    public static WorldStatus Read(World world)
    {
        try
        {
            var words = File.ReadAllText($"{world.Path}/status").TrimEnd('\n').Split(' ');
            return new WorldStatus(words[0], new ProcessIdentity(Parse(words[1]), (ulong)long.Parse(words[2], CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or FormatException or IndexOutOfRangeException)
        {
            return new WorldStatus("claimed", new ProcessIdentity(0, 0));
        }

        static int Parse(string word) => int.Parse(word, CultureInfo.InvariantCulture);
    }

    /// <summary>Writes it, whole or not at all.</summary>
    public void Write(World world)
    {
        var path = $"{world.Path}/status";
        File.WriteAllText(path + ".new", string.Create(CultureInfo.InvariantCulture, $"{Stage} {Owner.Pid} {Owner.StartTime}\n"));
        File.Move(path + ".new", path, overwrite: true);
    }
}
