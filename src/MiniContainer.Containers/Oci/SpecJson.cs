// How the OCI's records become JSON and back, written by the compiler (System.Text.Json source generation), since a
// program compiled ahead of time has no reflection to do it with. Names are camelCase; null members are not written.
// Read they are in any case, as runc reads them: engines have written "pagesize".

using System.Text.Json;
using System.Text.Json.Serialization;
using MiniContainer.Documents;

namespace MiniContainer.Containers.Oci;

/// <summary>The JSON form of the OCI's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    Converters = [typeof(LowerCaseStatus)])]
[JsonSerializable(typeof(Spec))]
[JsonSerializable(typeof(Process))]
[JsonSerializable(typeof(LinuxResources))]
[JsonSerializable(typeof(ContainerState))]
public sealed partial class SpecJson : JsonSerializerContext
{
    /// <summary>A configuration as indented JSON that ends with a newline; the same bytes every time.</summary>
    /// <param name="spec">The configuration.</param>
    public static string Write(Spec spec) => JsonText.Write(spec, Default.Spec, indented: true) + "\n";

    /// <summary>Limits as JSON on one line.</summary>
    /// <param name="resources">The member linux.resources.</param>
    public static string Write(LinuxResources resources) => JsonText.Write(resources, Default.LinuxResources);

    private sealed class LowerCaseStatus()
        : JsonStringEnumConverter<ContainerStatus>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
