// Which hostile documents a test tries. The ordinary run tries the same ones every time, so that a change is judged by
// what it changes; the long run tries others each time, and a failure tells its seed.

using System.Globalization;

namespace MiniContainer.Testing.Fuzz;

/// <summary>The first seed of a run.</summary>
public static class FuzzSeed
{
    /// <summary>1; a random one with MINIC_STRESS=1; the one of MINIC_FUZZ_SEED, which is then tried alone.</summary>
    public static (int First, bool Alone) Of() =>
        Environment.GetEnvironmentVariable("MINIC_FUZZ_SEED") is { } seed
            ? (int.Parse(seed, CultureInfo.InvariantCulture), true)
            : (Environment.GetEnvironmentVariable("MINIC_STRESS") == "1" ? Random.Shared.Next() : 1, false);
}
