// A systemd that only takes notes, on a message bus of its own: it has units, tells of them, and ends them, but makes
// no cgroup. What minic says to systemd can be seen where no systemd runs.

using System.Diagnostics;
using System.Globalization;
using Tmds.DBus.Protocol;

namespace MiniContainer.Testing;

/// <summary>A fake of org.freedesktop.systemd1, with a dbus-daemon of its own.</summary>
public sealed class FakeSystemd : IPathMethodHandler, IAsyncDisposable
{
    private const string Service = "org.freedesktop.systemd1", Root = "/org/freedesktop/systemd1";

    private readonly string directory = Directory.CreateTempSubdirectory("minic-bus-").FullName;
    private readonly Dictionary<string, Unit> units = [];
    private readonly List<string> calls = [];
    private Process? daemon;
    private DBusConnection? bus;
    private int jobs;

    private FakeSystemd()
    {
    }

    private sealed record Unit(Dictionary<string, string> Properties, IReadOnlyList<int> Pids);

    /// <summary>The program that it needs, or null if it is there.</summary>
    public static string? Missing => File.Exists("/usr/bin/dbus-daemon") ? null : "dbus-daemon";

    /// <summary>Where its bus is.</summary>
    public string Address => $"unix:path={directory}/bus";

    /// <summary>The result with which the next jobs end.</summary>
    public string Result { get; set; } = "done";

    /// <summary>The cgroup of this systemd.</summary>
    public string Cgroup { get; set; } = "";

    /// <inheritdoc/>
    public string Path => Root;

    /// <inheritdoc/>
    public bool HandlesChildPaths => true;

    /// <summary>What it was asked for since it was last looked at, a line each; questions are left out.</summary>
    public IReadOnlyList<string> TakeCalls()
    {
        lock (calls)
        {
            var taken = calls.ToArray();
            calls.Clear();
            return taken;
        }
    }

    /// <summary>The units that it has.</summary>
    public IReadOnlyList<string> Units
    {
        get
        {
            lock (calls)
                return [.. units.Keys.Where(IsThere)];
        }
    }

    /// <summary>Starts a bus and takes systemd's name there.</summary>
    /// <param name="isThere">Or leaves the bus without a systemd.</param>
    public static async Task<FakeSystemd> StartAsync(bool isThere = true)
    {
        var fake = new FakeSystemd();
        var config = System.IO.Path.Combine(fake.directory, "config");
        await File.WriteAllTextAsync(config, $"""
            <busconfig>
              <type>session</type><listen>{fake.Address}</listen><auth>EXTERNAL</auth>
              <policy context="default">
                <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/>
              </policy>
            </busconfig>
            """);
        fake.daemon = Process.Start("/usr/bin/dbus-daemon", ["--nofork", "--nopidfile", $"--config-file={config}"]);
        while (!File.Exists(System.IO.Path.Combine(fake.directory, "bus")))
            await Task.Delay(10);
        File.SetUnixFileMode(fake.directory, (UnixFileMode)0x1ff);
        fake.bus = new DBusConnection(fake.Address);
        await fake.bus.ConnectAsync();
        fake.bus.AddMethodHandler(fake);
        if (isThere)
            await fake.bus.RequestNameAsync(Service, RequestNameOptions.None);
        // Off the thread that reads from the bus: a test that went on there would wait for itself.
        await Task.Yield();
        return fake;
    }

    /// <summary>Has a unit that nobody has asked for.</summary>
    public void Add(string unit, string description, params int[] pids)
    {
        lock (calls)
            units[unit] = new(new() { ["Description"] = description }, pids);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        bus?.Dispose();
        daemon?.Kill();
        if (daemon is not null)
            await daemon.WaitForExitAsync();
        daemon?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    /// <inheritdoc/>
    public ValueTask HandleMethodAsync(MethodContext context)
    {
        lock (calls)
        {
            try
            {
                Handle(context, context.Request.MemberAsString!);
            }
            catch (Exception e) when (e is not DBusExceptionBase)
            {
                context.ReplyError($"{Service}.Fake", e.ToString());
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Handle(MethodContext context, string method)
    {
        var reader = context.Request.GetBodyReader();
        var first = reader.ReadString();
        switch (method)
        {
            case "Get":
                Tell(context, first, reader.ReadString());
                break;
            case "GetUnit" when IsThere(first):
                ReplyPath(context, PathOf(first));
                break;
            case "GetUnit" or "StopUnit" or "KillUnit" or "SetUnitProperties" or "AttachProcessesToUnit"
                or "ResetFailedUnit" when !IsThere(first):
                context.ReplyError($"{Service}.NoSuchUnit", $"Unit {first} not loaded.");
                break;
            case "StartTransientUnit" when IsThere(first):
                context.ReplyError($"{Service}.UnitExists", $"Unit {first} already exists.");
                break;
            case "StartTransientUnit":
                var mode = reader.ReadString();
                units[first] = ReadUnit(ref reader);
                Note($"StartTransientUnit {first} {mode}", units[first].Properties);
                Job(context, first);
                break;
            case "SetUnitProperties":
                var runtime = reader.ReadBool();
                Note($"SetUnitProperties {first} {runtime}", ReadUnit(ref reader).Properties);
                Done(context);
                break;
            case "StopUnit":
                calls.Add($"StopUnit {first} {reader.ReadString()}");
                units.Remove(first);
                Job(context, first);
                break;
            case "KillUnit":
                calls.Add($"KillUnit {first} {reader.ReadString()} {reader.ReadInt32()}");
                foreach (var pid in units[first].Pids.Where(p => IsAlive(p)))
                    Process.GetProcessById(pid).Kill();
                Done(context);
                break;
            case "AttachProcessesToUnit":
                calls.Add($"AttachProcessesToUnit {first} {reader.ReadString()}");
                Done(context);
                break;
            case "ResetFailedUnit":
                calls.Add($"ResetFailedUnit {first}");
                Done(context);
                break;
            default:
                context.ReplyUnknownMethodError();
                break;
        }
    }

    // A scope goes with its last process.
    private bool IsThere(string name) => units.TryGetValue(name, out var unit)
        && (unit.Pids.Count == 0 || unit.Pids.Any(IsAlive));

    // A process that has ended and is not yet waited for is none: pid (comm) Z …
    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Tell(MethodContext context, string type, string property)
    {
        var unit = units.FirstOrDefault(u => PathOf(u.Key) == context.Request.PathAsString);
        var value = (type, property) switch
        {
            ($"{Service}.Manager", "Version") => "252.39-1~deb12u1",
            ($"{Service}.Manager", "ControlGroup") => Cgroup,
            ($"{Service}.Scope" or $"{Service}.Slice", "ControlGroup") => CgroupOf(unit.Key, unit.Value),
            _ => unit.Value.Properties[property],
        };
        using var writer = context.CreateReplyWriter("v");
        writer.WriteVariantString(value);
        context.Reply(writer.CreateMessage());
    }

    private string CgroupOf(string name, Unit unit)
    {
        var slice = name.EndsWith(".slice", StringComparison.Ordinal) ? name : unit.Properties["Slice"];
        var levels = slice == "-.slice" ? [] : slice[..^6].Split('-');
        var above = string.Concat(levels.Select((_, i) => $"/{string.Join('-', levels.Take(i + 1))}.slice"));
        return Cgroup + (slice == name ? above : $"{above}/{name}");
    }

    private static string PathOf(string unit) => $"{Root}/unit/"
        + string.Concat(unit.Select(c => char.IsAsciiLetterOrDigit(c) ? $"{c}" : $"_{(int)c:x2}"));

    private static Unit ReadUnit(ref Reader reader)
    {
        var (properties, pids) = (new Dictionary<string, string>(), new List<int>());
        var end = reader.ReadArrayStart(DBusType.Struct);
        while (reader.HasNext(end))
        {
            reader.AlignStruct();
            var name = reader.ReadString();
            var value = reader.ReadVariantValue();
            if (name == "PIDs")
                pids.AddRange(value.GetArray<uint>().Select(p => (int)p));
            properties[name] = Text(value);
        }

        return new(properties, pids);
    }

    private static string Text(VariantValue value) => value.Type switch
    {
        VariantValueType.String => value.GetString(),
        VariantValueType.Bool => value.GetBool() ? "true" : "false",
        VariantValueType.UInt64 => value.GetUInt64().ToString(CultureInfo.InvariantCulture),
        VariantValueType.Array or VariantValueType.Struct =>
            $"[{string.Join(' ', Enumerable.Range(0, value.Count).Select(i => Text(value.GetItem(i))))}]",
        _ => value.ToString(false),
    };

    private void Note(string call, Dictionary<string, string> properties) =>
        calls.Add($"{call}: {string.Join(", ", properties.Where(p => p.Key != "PIDs")
            .Select(p => $"{p.Key}={p.Value}"))}{(properties.ContainsKey("PIDs") ? ", PIDs" : "")}");

    private static void Done(MethodContext context)
    {
        using var writer = context.CreateReplyWriter(null);
        context.Reply(writer.CreateMessage());
    }

    private static void ReplyPath(MethodContext context, string path)
    {
        using var writer = context.CreateReplyWriter("o");
        writer.WriteObjectPath(path);
        context.Reply(writer.CreateMessage());
    }

    // The signal first, as it may come: the caller must not need the reply to be listening.
    private void Job(MethodContext context, string unit)
    {
        var path = $"{Root}/job/{++jobs}";
        SendRemoved($"{Root}/job/0", "other.scope", "failed");
        SendRemoved(path, unit, Result);
        ReplyPath(context, path);
    }

    private void SendRemoved(string job, string unit, string result)
    {
        using var writer = bus!.GetMessageWriter();
        writer.WriteSignalHeader(null, Root, $"{Service}.Manager", "JobRemoved", "uoss");
        writer.WriteUInt32((uint)jobs);
        writer.WriteObjectPath(job);
        writer.WriteString(unit);
        writer.WriteString(result);
        bus.TrySendMessage(writer.CreateMessage());
    }
}
