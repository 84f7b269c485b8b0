// The privileges of a pod and its containers. What is not said is as Docker has it by default (DefaultSpec).
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/   Lab: 10-privileges.

using MiniContainer.Containers.Oci;
using MiniContainer.Documents;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads security contexts.</summary>
internal static class SecurityReader
{
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["seccompProfile"] = "seccomp profiles of pods", ["appArmorProfile"] = "AppArmor profiles of pods",
        ["seLinuxOptions"] = "SELinux",
        ["runAsNonRoot"] = "check of runAsNonRoot", ["procMount"] = "choice of procMount",
        ["fsGroupChangePolicy"] = "choice of fsGroupChangePolicy",
        ["supplementalGroupsPolicy"] = "choice of supplementalGroupsPolicy", ["windowsOptions"] = "Windows",
        ["seLinuxChangePolicy"] = "SELinux",
    };

    public static PodSecurityContext ReadPod(YamlMap map)
    {
        var sysctls = new Dictionary<string, string>();
        foreach (var entry in map.Maps("sysctls"))
        {
            var name = entry.Required("name", "Write a name such as net.ipv4.ip_unprivileged_port_start.");
            if (name.Length > 0 && !IsOfThePod(name))
            {
                entry.Bad("name", $"{name} is the host's, or no kernel parameter",
                    "A pod has its own net.*, kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*.");
            }

            if (!sysctls.TryAdd(name, entry.Text("value") ?? ""))
            {
                entry.Bad("name", $"{name} is given more than once", "Keep one of them.");
            }

            entry.End();
        }

        var context = new PodSecurityContext
        {
            RunAsUser = Id(map, "runAsUser"),
            RunAsGroup = Id(map, "runAsGroup"),
            FsGroup = Id(map, "fsGroup"),
            SupplementalGroups = map.Ids("supplementalGroups"),
            Sysctls = sysctls,
        };
        map.End(Refused);
        return context;
    }

    public static ContainerSecurityContext ReadContainer(YamlMap map, PodSecurityContext pod)
    {
        var capabilities = map.Map("capabilities");
        var context = new ContainerSecurityContext
        {
            RunAsUser = Id(map, "runAsUser") ?? pod.RunAsUser,
            RunAsGroup = Id(map, "runAsGroup") ?? pod.RunAsGroup,
            Privileged = map.Bool("privileged") ?? false,
            ReadOnlyRootFilesystem = map.Bool("readOnlyRootFilesystem") ?? false,
            AllowPrivilegeEscalation = map.Bool("allowPrivilegeEscalation") ?? true,
            AddCapabilities = Capabilities(capabilities, "add"),
            DropCapabilities = Capabilities(capabilities, "drop"),
        };
        if (context is { Privileged: true, AllowPrivilegeEscalation: false })
        {
            map.Bad("allowPrivilegeEscalation", "a privileged container always may", "Remove it, or privileged.");
        }

        capabilities.End();
        map.End(Refused);
        return context;
    }

    // Those that namespaces of the pod have for themselves; any other would be written for the host and all its pods.
    private static bool IsOfThePod(string name)
    {
        var parts = name.Split('.', '/');
        var plain = parts.All(part => part.Length > 0
            && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-'));
        return plain && parts switch
        {
            ["net", _, ..] or ["fs", "mqueue", _] or ["kernel", "sem"] => true,
            ["kernel", var last] =>
                last.StartsWith("shm", StringComparison.Ordinal) || last.StartsWith("msg", StringComparison.Ordinal),
            _ => false,
        };
    }

    private static uint? Id(YamlMap map, string field) => (uint?)map.Number(field, 0, IdRules.Most);

    // Kubernetes writes NET_ADMIN, the kernel's documentation CAP_NET_ADMIN.
    private static string[] Capabilities(YamlMap map, string field)
    {
        var names = map.Texts(field);
        foreach (var (name, i) in names.Select((name, i) => (name, i))
            .Where(item => item.name != "ALL" && !ProcessValidator.CapabilityNames.Contains(Full(item.name))))
        {
            map.Bad($"{field}[{i}]", $"there is no capability {name}",
                NearestName.Find(Full(name), ProcessValidator.CapabilityNames) is { } near
                    ? $"Did you mean {near["CAP_".Length..]}?" : "capabilities(7) lists them.");
        }

        return [.. names.Select(name => name == "ALL" ? name : Full(name))];
    }

    private static string Full(string name) => name.StartsWith("CAP_", StringComparison.Ordinal) ? name : $"CAP_{name}";
}
