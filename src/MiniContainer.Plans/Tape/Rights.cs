// Whom a process becomes and what it may do then, as numbers that a journal can hold: a hook of `start` becomes what
// `create` has worked out (lab 10-privileges; credentials(7), capabilities(7)).

namespace MiniContainer.Plans;

/// <summary>A user with capabilities.</summary>
/// <param name="Uid">The user id.</param>
/// <param name="Gid">The group id.</param>
public sealed record Rights(uint Uid, uint Gid)
{
    /// <summary>The supplementary groups.</summary>
    public IReadOnlyList<uint> Groups { get; init; } = [];

    /// <summary>Whether setgroups(2) is allowed in the user namespace; null where only the kernel knows.</summary>
    public bool? MaySetGroups { get; init; }

    /// <summary>SECBIT_* flags to set first; null to leave them.</summary>
    public uint? SecureBits { get; init; }

    /// <summary>What goes out of the bounding set.</summary>
    public IReadOnlyList<int> Dropped { get; init; } = [];

    /// <summary>The effective set, bit n for capability n.</summary>
    public ulong Effective { get; init; }

    /// <summary>The permitted set.</summary>
    public ulong Permitted { get; init; }

    /// <summary>The inheritable set.</summary>
    public ulong Inheritable { get; init; }

    /// <summary>The ambient set; null where none is possible, and the caller's need not be cleared.</summary>
    public ulong? Ambient { get; init; }

    /// <summary>Whether execve may grant nothing from here on.</summary>
    public bool NoNewPrivileges { get; init; }
}

public sealed partial class ChildTape
{
    /// <summary>Becomes a user with capabilities: first what needs privileges, last what makes it final.</summary>
    public void Become(Rights rights)
    {
        if (rights.SecureBits is { } bits)
            SetSecureBits(bits, "The caller's would change what execve and setresuid do to what config.json gives.");
        if (rights.Dropped.Count > 0)
            DropBounding(
                rights.Dropped, "No set-user-id program and no file capability can bring back what is not in here.");
        if (rights.Uid != 0)
            KeepCapabilities("The change of user would clear the permitted set, and the next steps need it.");
        BecomeUser(
            rights.Uid, rights.Gid, rights.Groups, rights.MaySetGroups,
            "Groups first: a user without privileges may not change them.");
        SetCapabilities(
            rights.Effective, rights.Permitted, rights.Inheritable, "After the change of user, which changes them.");
        if (rights.Ambient is { } ambient)
            SetAmbient([.. Kernel.Capabilities.List(ambient)], "A user who is not root keeps these over execve.");
        if (rights.NoNewPrivileges)
            NoNewPrivileges("From here on execve can only take privileges away.");
    }
}
