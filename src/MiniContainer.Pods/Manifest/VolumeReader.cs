// The volumes of a pod: paths of the host and empty directories. Those that Kubernetes fills from its API are refused.
// https://kubernetes.io/docs/concepts/storage/volumes/

using MiniContainer.Documents;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads spec.volumes.</summary>
internal static class VolumeReader
{
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["configMap"] = "config maps", ["secret"] = "secrets", ["projected"] = "projected volumes",
        ["downwardAPI"] = "downward API",
        ["persistentVolumeClaim"] = "persistent volumes", ["nfs"] = "NFS volumes", ["csi"] = "CSI volumes",
        ["iscsi"] = "iSCSI volumes",
        ["ephemeral"] = "ephemeral claims", ["image"] = "image volumes", ["fc"] = "Fibre Channel volumes",
        ["gitRepo"] = "Git volumes",
    };

    public static IReadOnlyList<Volume> Read(YamlMap spec)
    {
        var volumes = new List<Volume>();
        var names = new HashSet<string>();
        foreach (var map in spec.Maps("volumes"))
        {
            var volume = ReadVolume(map);
            if (volume.Name.Length > 0 && !names.Add(volume.Name))
            {
                map.Bad("name", $"two volumes are called {volume.Name}", "Give each a name of its own.");
            }

            volumes.Add(volume);
        }

        return volumes;
    }

    private static Volume ReadVolume(YamlMap map)
    {
        var name = ManifestNames.Label(map, "name");
        var (host, empty) = (map.Map("hostPath"), map.Map("emptyDir"));
        string? path = null;
        var type = "";
        if (map.Has("hostPath"))
        {
            path = host.Required("path", "Name a path on the host.");
            type = host.Choice("type", "", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
                "CharDevice", "BlockDevice");
            if (path.Length > 0 && (path[0] != '/' || path.Split('/').Contains("..")))
            {
                host.Bad("path", $"\"{path}\" is not an absolute path without \"..\"", "Write the whole path.");
            }

            if (map.Has("emptyDir"))
            {
                map.Bad("emptyDir", "the volume is a hostPath already", "Keep one of them.");
            }
        }

        var memory = empty.Choice("medium", "", "Memory") == "Memory";
        var limit = Quantity.Read(empty, "sizeLimit");
        if (limit is not null && !memory)
        {
            empty.Bad("sizeLimit", "minic limits volumes in memory only", "Add medium: Memory, or remove the limit.");
        }

        host.End();
        empty.End();
        map.End(Refused);
        return new Volume(name, path, type, memory, limit is { } bytes ? (long)Math.Ceiling(bytes) : null);
    }
}
