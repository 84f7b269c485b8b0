// A step in the journal: an object with one member, named by the kind of the step. A table of our own in place of the
// serializer's polymorphism, which looks at all kinds with reflection before it writes one: a tenth of a container's start.
//
//     {"mkcgroup":{"path":"/sys/fs/cgroup/pids/minic/box","why":"..."}}

using System.Text.Json;
using System.Text.Json.Serialization;
using MiniContainer.Plans.Steps;
using MiniContainer.Plans.Steps.Network;

namespace MiniContainer.Plans;

/// <summary>Writes steps, and reads them again. Each type here is a line of <see cref="JournalJson"/> too.</summary>
internal sealed class StepConverter : JsonConverter<Step>
{
    private static readonly (string Kind, Type Type)[] Kinds =
    [
        ("mkdir", typeof(MakeDirectory)),
        ("mount-tmpfs", typeof(MountTmpfs)),
        ("write-file", typeof(WriteFile)),
        ("set-file", typeof(SetFile)),
        ("mkfifo", typeof(MakeFifo)),
        ("mkcgroup", typeof(MakeCgroup)),
        ("device-program", typeof(DeviceProgram)),
        ("freeze", typeof(Freeze)),
        ("hand-on", typeof(HandOn)),
        ("keep-limits", typeof(KeepLimits)),
        ("keep-hooks", typeof(KeepHooks)),
        ("hook", typeof(RunHook)),
        ("clone", typeof(CloneChild)),
        ("follow-fork", typeof(FollowFork)),
        ("map-ids", typeof(MapIds)),
        ("pick-up-mapped", typeof(PickUpMapped)),
        ("pick-up", typeof(PickUp)),
        ("make-file-system", typeof(MakeFileSystem)),
        ("pick-up-volume", typeof(PickUpVolume)),
        ("copy-up", typeof(CopyUp)),
        ("hand-listener", typeof(HandListener)),
        ("hand-pidfd", typeof(HandPidFd)),
        ("listen-for-ready", typeof(ListenForReady)),
        ("release", typeof(Release)),
        ("await-ready", typeof(AwaitReady)),
        ("find-executable", typeof(FindExecutable)),
        ("await-exec", typeof(AwaitExec)),
        ("await-success", typeof(AwaitSuccess)),
        ("start", typeof(StartInit)),
        ("join-network", typeof(JoinNetwork)),
        ("lease-addresses", typeof(LeaseAddresses)),
        ("make-bridge", typeof(MakeBridge)),
        ("add-gateway", typeof(AddGateway)),
        ("set-setting", typeof(SetSetting)),
        ("set-setting-inside", typeof(SetSettingInside)),
        ("make-nat-table", typeof(MakeNatTable)),
        ("add-elements", typeof(AddElements)),
        ("forget-connections", typeof(ForgetConnections)),
        ("forget-older", typeof(ForgetOlder)),
        ("claim-link", typeof(ClaimLink)),
        ("make-veth", typeof(MakeVeth)),
        ("plug-in", typeof(PlugIn)),
        ("set-link-up", typeof(SetLinkUp)),
        ("add-address", typeof(AddAddress)),
        ("add-route", typeof(AddRoute)),
        ("note-device", typeof(NoteDevice)),
        ("hold-namespace", typeof(HoldNamespace)),
        ("move-device", typeof(MoveDevice)),
    ];

    /// <summary>Every type of step that a journal can hold.</summary>
    public static IEnumerable<Type> Types => Kinds.Select(k => k.Type);

    /// <exception cref="JsonException">It is no step, or one that this minic does not know.</exception>
    public override Step Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            throw new JsonException("a step has its kind for a name");
        var name = reader.GetString();
        var type = Kinds.FirstOrDefault(k => k.Kind == name).Type ?? throw new JsonException($"there is no step {name}");
        reader.Read();
        var step = (Step?)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(type)) ?? throw new JsonException($"the step {name} is null");
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject ? step : throw new JsonException("a step has one kind");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Step value, JsonSerializerOptions options)
    {
        var type = value.GetType();
        writer.WriteStartObject();
        writer.WritePropertyName(Array.Find(Kinds, k => k.Type == type).Kind);
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(type));
        writer.WriteEndObject();
    }
}
