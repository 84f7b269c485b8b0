// A hostile configuration that root may try on a machine that is still needed: what it names on the host is replaced by
// things of the bundle, all else is left as nasty as it is. No runtime can guard its machine from a root path of "/etc"
// or a hook of "rm", which are its caller's will.

using System.Text.Json.Nodes;

namespace MiniContainer.Testing.Fuzz;

/// <summary>Takes the host out of a configuration.</summary>
/// <param name="random">Draws what is put in its place.</param>
public sealed class HarmlessConfig(Random random)
{
    private static readonly string[] Hooks = ["/bin/true", "/bin/false", "/nonexistent", "/bin/sleep", "/dev/null"];

    // Of the bundle: "fifo" is a named pipe that nobody writes to.
    private static readonly string[] Files = ["rootfs", "rootfs/bin", "rootfs/bin/busybox", "config.json", "fifo",
        "nonexistent"];

    /// <summary>Changes a configuration in place.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="bundle">The bundle that it will lie in.</param>
    /// <param name="cgroup">Where its cgroups may be, an absolute path.</param>
    public void Tame(JsonObject config, string bundle, string cgroup)
    {
        Replace(config["root"], "path",
            path => path is "" or "rootfs" or "nonexistent" or "config.json" ? path : "rootfs");
        foreach (var mount in Items(config["mounts"]))
            Replace(mount, "source",
                source => mount["options"]?.ToJsonString().Contains("bind", StringComparison.Ordinal) == true
                    ? One(Files) : source);
        foreach (var hook in Items(config["hooks"], members: true).SelectMany(point => Items(point)))
        {
            Replace(hook, "path", _ => One(Hooks));
            if (hook["path"]?.ToString() == "/bin/sleep")
                (hook["args"], hook["timeout"]) = (new JsonArray("sleep", "1000"), 1);
        }

        if (config["linux"] is not JsonObject linux)
            return;
        foreach (var ns in Items(linux["namespaces"]))
            Replace(ns, "path", path => path.Length == 0 ? path : $"{bundle}/{One(Files)}");
        Replace(linux, "cgroupsPath", path => $"{cgroup}/{path}");
    }

    private string One(string[] of) => of[random.Next(of.Length)];

    private static void Replace(JsonNode? at, string member, Func<string, string> with)
    {
        if (at is JsonObject o && o[member] is JsonValue value && value.TryGetValue(out string? text))
            o[member] = with(text);
    }

    private static List<JsonNode> Items(JsonNode? node, bool members = false) => node switch
    {
        JsonArray list when !members => [.. list.OfType<JsonObject>()],
        JsonObject o when members => [.. o.Select(m => m.Value).OfType<JsonArray>()],
        _ => [],
    };
}
