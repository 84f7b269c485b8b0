// A test that edits the default configuration of a bundle and runs it.

using System.Text.Json.Nodes;

namespace MiniContainer.Cli.Tests.Verbs;

public abstract class BundleTest : MinicTest
{
    private protected static JsonArray Array(params string[] items) => [.. items.Select(i => JsonValue.Create(i))];

    /// <summary>Writes $TMP/bundle, whose command is a shell script.</summary>
    private protected static void Bundle(MinicWorld world, string script, params Action<JsonObject>[] changes)
    {
        var path = Path.Combine(world.Bundle("true"), "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        config["process"]!["args"] = Array("sh", "-c", script);
        foreach (var change in changes)
            change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    /// <summary>Gives the container a user namespace of its own, where 0 is 200000.</summary>
    private protected static void OwnUsers(JsonObject config)
    {
        config["linux"]!["namespaces"]!.AsArray().Add(JsonNode.Parse("""{"type": "user"}"""));
        foreach (var map in new[] { "uidMappings", "gidMappings" })
            config["linux"]![map] = JsonNode.Parse("""[{"containerID": 0, "hostID": 200000, "size": 65536}]""");
    }

    private protected static Action<JsonObject> User(uint uid) => config => config["process"]!["user"] = new JsonObject
    {
        ["uid"] = uid,
        ["gid"] = uid,
    };

    private protected static Action<JsonObject> Capabilities(JsonObject? sets) =>
        config => config["process"]!["capabilities"] = sets;
}
