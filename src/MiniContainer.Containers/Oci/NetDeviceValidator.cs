// The rules of network devices that are moved into a container.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#network-devices

using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds every rule that a moved network device breaks (config-linux.md, "Network Devices").</summary>
internal static class NetDeviceValidator
{
    // IFNAMSIZ less its zero byte.
    private const int MaxName = 15;

    /// <summary>Adds a problem for each broken rule.</summary>
    public static void Check(Linux linux, Problems problems)
    {
        const string path = "$.linux.netDevices";
        if (linux.NetDevices is not { Count: > 0 } devices)
        {
            return;
        }

        if (linux.Namespaces?.Any(ns => ns.Type == "network") != true)
        {
            problems.Add(path, "devices are moved, but the container has no network namespace of its own",
                "Add {\"type\": \"network\"} to namespaces.");
        }

        var taken = new HashSet<string>();
        foreach (var (name, device) in devices)
        {
            var at = JsonSpot.Join(path, name);
            var inside = string.IsNullOrEmpty(device.Name) ? name : device.Name;
            CheckName(at, name, problems);
            CheckName($"{at}.name", inside, problems);
            if (!taken.Add(inside))
            {
                problems.Add(at, $"two devices would be called {inside} inside", "Give each a name of its own.");
            }
        }
    }

    private static void CheckName(string path, string name, Problems problems)
    {
        if (name is "" or "." or ".." || name.Length > MaxName
            || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '/' or ':' or '%'))
        {
            problems.Add(path, $"\"{name}\" is no name of a network device",
                $"Use at most {MaxName} characters, without spaces, '/' and ':'.");
        }
    }
}
