// All that minic doctor looks at, in the order in which it is told; and the sum: can this user run containers here?

using System.Text.Json.Serialization;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Pods.Lifecycle;

namespace MiniContainer.Cli.Doctor;

/// <summary>An examination of the machine.</summary>
/// <param name="Ok">Whether nothing that is needed is missing.</param>
/// <param name="Checks">What was found.</param>
internal sealed record Examination(bool Ok, IReadOnlyList<Finding> Checks)
{
    /// <summary>Examines this machine for the user who runs minic; nothing on it is changed.</summary>
    /// <param name="stateRoot">The directory of all state; null if there is none.</param>
    public static Examination Of(string? stateRoot)
    {
        var caller = Caller.Current;
        IReadOnlyList<Finding> all = [.. KernelChecks.All(caller), .. UserChecks.All(caller, stateRoot),
            .. CgroupChecks.All(caller, CgroupLayout.Read()), .. NetworkChecks.All(caller), RootFileSystems()];
        return new(all.All(f => f.Verdict != Verdict.Missing), all);
    }

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonText.Write(this, ExaminationJson.Default.Examination, indented: true);

    private static Finding RootFileSystems()
    {
        const string name = "root file systems", what = "--rootfs NAME, a pod's image; any directory does as well";
        string[] found = [.. Images.Places.Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .Select(d => Path.GetFileName(d)!).Distinct().Order(StringComparer.Ordinal)];
        return found.Length > 0
            ? new("files", name, Verdict.Ok, string.Join(", ", found), what)
            : new("files", name, Verdict.Note, $"none in {string.Join(", ", Images.Places)}", what)
            {
                Remedy = Images.Builder is { } builder ? $"{builder} busybox" : null,
            };
    }
}

/// <summary>The JSON form.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Examination))]
internal sealed partial class ExaminationJson : JsonSerializerContext;
