using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests;

/// <summary>Bundles that a test has changed, as typed records.</summary>
internal static class Bundles
{
    /// <summary>Writes the bundle $TMP/bundle: the default configuration for a shell script, changed.</summary>
    /// <param name="world">Where.</param>
    /// <param name="script">What its shell runs.</param>
    /// <param name="change">The change.</param>
    public static void Configure(this MinicWorld world, string script, Func<Spec, Spec>? change = null)
    {
        var spec = DefaultSpec.Create(world.Rootfs, ["sh", "-c", script]);
        var path = Path.Combine(world.Temporary, "bundle");
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, Bundle.ConfigName), SpecJson.Write(change?.Invoke(spec) ?? spec));
    }
}
