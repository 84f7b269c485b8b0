// The rules of config.json that its types cannot express, each with where it is broken and what to do. Nothing here
// asks the kernel: what this machine can do is found out by the plan's steps. Lab: 12-oci.
// https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md

using MiniContainer.Documents;
using MiniContainer.Plans;

namespace MiniContainer.Containers.Oci;

/// <summary>Finds every rule that a configuration breaks.</summary>
public static class SpecValidator
{
    // HOST_NAME_MAX: __NEW_UTS_LEN of the kernel.
    private const int MaxHostname = 64;

    /// <summary>Adds a problem for each broken rule.</summary>
    /// <param name="spec">The configuration.</param>
    /// <param name="bundle">The bundle's absolute path, which relative paths are below.</param>
    /// <param name="problems">Takes them.</param>
    public static void Check(Spec spec, string bundle, Problems problems)
    {
        CheckVersion(spec, problems);
        CheckRoot(spec, bundle, problems);
        if (spec.Process is { } process)
        {
            ProcessValidator.Check(process, "$.process", problems);
        }

        CheckUtsName(spec, "hostname", spec.Hostname, problems);
        CheckUtsName(spec, "domainname", spec.Domainname, problems);
        CheckMounts(spec, problems);
        CheckHooks(spec, problems);
        LinuxValidator.Check(spec, problems);
        SeccompValidator.Check(spec.Linux?.Seccomp, "$.linux.seccomp", problems);
    }

    private static void CheckVersion(Spec spec, Problems problems)
    {
        var numbers = spec.OciVersion.Split('-', '+')[0].Split('.');
        if (numbers.Length != 3 || !numbers.All(n => int.TryParse(n, out var number) && number >= 0))
        {
            problems.Add("$.ociVersion", $"\"{spec.OciVersion}\" is no semantic version",
                $"Write \"{Spec.CurrentVersion}\".");
        }
        else if (numbers[0] != "1")
        {
            problems.Add("$.ociVersion", $"version {spec.OciVersion} is not 1.x",
                $"minic follows {Spec.CurrentVersion} and all versions 1.x.");
        }
    }

    private static void CheckRoot(Spec spec, string bundle, Problems problems)
    {
        if (spec.Root is not { } root)
        {
            problems.Add("$", "the required member \"root\" is missing", "Add \"root\": {\"path\": \"rootfs\"}.");
            return;
        }

        LengthRules.CheckPath("$.root.path", root.Path, problems);
        var path = root.Path.Length == 0 ? "" : Bundle.Resolve(bundle, root.Path);
        if (path.Length == 0)
        {
            problems.Add("$.root.path", "the path is empty", "Name the directory of the root file system.");
        }
        else if (path == "/")
        {
            problems.Add("$.root.path", "the path is the host's own root", "Give the container a root of its own.");
        }
        else if (File.Exists(path))
        {
            problems.Add("$.root.path", $"{path} is a file, not a directory",
                "Unpack it to a directory and name that.");
        }
        else if (!Directory.Exists(path))
        {
            problems.Add("$.root.path", $"there is no directory {path}",
                "Unpack a root file system there, or name the one that is there.");
        }
    }

    private static void CheckUtsName(Spec spec, string member, string? name, Problems problems)
    {
        var path = $"$.{member}";
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(name) is > MaxHostname and var length)
        {
            problems.Add(path, $"the name is {length} bytes long", $"Linux allows {MaxHostname}.");
        }

        if (name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '/'))
        {
            problems.Add(path, "the name has a character that no name can have", "Use letters, digits, '-' and '.'.");
        }

        if (spec.Linux?.Namespaces?.Any(ns => ns.Type == "uts") != true)
        {
            problems.Add(path, "a name is set, but the container has no UTS namespace of its own",
                "Add {\"type\": \"uts\"} to $.linux.namespaces, or remove the name.");
        }
    }

    private static void CheckMounts(Spec spec, Problems problems)
    {
        foreach (var (mount, i) in (spec.Mounts ?? []).Select((mount, i) => (mount, i)))
        {
            var path = $"$.mounts[{i}]";
            var options = MountOptions.Parse(mount.Options);
            if (mount.Destination.Length == 0)
            {
                problems.Add($"{path}.destination", "the path is empty",
                    "Name the mount point, a path in the container.");
            }
            else if (!mount.Destination.StartsWith('/'))
            {
                Warnings.Sink(
                    $"{path}.destination: \"{mount.Destination}\" is not absolute: it is taken from /. Begin the path "
                        + "with a slash.");
            }

            if (options.IsBind && string.IsNullOrEmpty(mount.Source))
            {
                problems.Add(path, "a bind mount has no source", "Add \"source\", the path on the host.");
            }
            else if (!options.IsBind && string.IsNullOrEmpty(mount.Type))
            {
                problems.Add(path, "the mount has neither a type nor the option bind or rbind",
                    "Add \"type\", as in /proc/filesystems.");
            }

            LengthRules.CheckPath($"{path}.destination", mount.Destination, problems);
            LengthRules.CheckPath($"{path}.source", mount.Source, problems);
            LengthRules.CheckMountData($"{path}.options", options.Data, problems);
            CheckIdMap(spec, mount, options, path, problems);
            if (options.CopyUp && mount.Type != "tmpfs")
            {
                problems.Add($"{path}.options", "tmpcopyup copies into a tmpfs, and this is none",
                    "Write \"type\": \"tmpfs\", or remove the option.");
            }
        }
    }

    private static void CheckIdMap(Spec spec, Mount mount, MountOptions options, string path, Problems problems)
    {
        if ((mount.UidMappings is null) != (mount.GidMappings is null))
        {
            problems.Add(path, "uidMappings and gidMappings are given together or not at all", "Add the other one.");
        }

        if (options.IdMap != MountIdMap.None && mount.UidMappings is null
            && spec.Linux?.Namespaces?.Any(ns => ns.Type == "user") != true)
        {
            problems.Add(path,
                "ids are to be mapped, but there are no mappings, and no user namespace whose mappings could be taken",
                "Add uidMappings and gidMappings to the mount.");
        }

        foreach (var (member, list) in new[] { ("uidMappings", mount.UidMappings), ("gidMappings", mount.GidMappings) })
        {
            if (list is not null && (list.Count == 0 || list.Any(m => m.Size == 0)))
            {
                problems.Add($"{path}.{member}", "a range of 0 ids maps nothing",
                    "Give at least one range, with a size of 1 or more.");
            }

            IdRules.CheckMappings($"{path}.{member}", list, problems);
        }

        if ((mount.UidMappings is not null || options.IdMap != MountIdMap.None) && !options.IsBind)
        {
            problems.Add(path, "ids can be mapped for bind mounts only",
                "Add the option rbind, or remove the mappings.");
        }
    }

    private static void CheckHooks(Spec spec, Problems problems)
    {
        var hooks = spec.Hooks ?? new Hooks();
        (string Name, IReadOnlyList<Hook>? List)[] points =
        [
            ("prestart", hooks.Prestart), ("createRuntime", hooks.CreateRuntime),
            ("createContainer", hooks.CreateContainer),
            ("startContainer", hooks.StartContainer), ("poststart", hooks.Poststart), ("poststop", hooks.Poststop),
        ];
        foreach (var (name, hook, i) in points.SelectMany(p => (p.List ?? []).Select((hook, i) => (p.Name, hook, i))))
        {
            var path = $"$.hooks.{name}[{i}]";
            if (!hook.Path.StartsWith('/'))
            {
                problems.Add($"{path}.path", $"\"{hook.Path}\" is not absolute",
                    "A hook is not searched for in PATH: write its whole path.");
            }

            LengthRules.CheckPath($"{path}.path", hook.Path, problems);
            foreach (var (text, j) in (hook.Args ?? []).Select((text, j) => (text, j)))
            {
                LengthRules.CheckArgument($"{path}.args[{j}]", text, problems);
            }

            if (hook.Timeout <= 0)
            {
                problems.Add($"{path}.timeout", $"{hook.Timeout} seconds are no time",
                    "Give more than 0, or leave it out for no limit.");
            }
        }
    }
}
