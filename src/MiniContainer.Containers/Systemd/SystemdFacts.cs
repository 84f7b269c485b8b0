// What planners know of systemd (lab 08-cgroups; org.freedesktop.systemd1(5)).

namespace MiniContainer.Containers.Systemd;

/// <summary>The systemd that is to make a container's cgroups.</summary>
/// <param name="User">Whether it is the user's own, and not the machine's.</param>
/// <param name="Cgroup">Its cgroup: "" for the root, "/user.slice/user-1000.slice/user@1000.service" for a
/// user's.</param>
/// <param name="Version">Its version: 252.</param>
public sealed record SystemdFacts(bool User, string Cgroup, int Version);
