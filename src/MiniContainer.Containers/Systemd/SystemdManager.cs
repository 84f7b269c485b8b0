// The door to systemd: its manager on the message bus, asked to make units, to change and to stop them (lab 08-cgroups;
// org.freedesktop.systemd1(5), "Control Group APIs and Delegation"). A call that begins a job returns at once; its end
// is a signal, JobRemoved, for which minic listens before it calls.
//
//     minic                                        systemd
//     AddMatch JobRemoved
//     StartTransientUnit(name, properties) ------>
//                        <------------------------ the job's path
//                        <------------------------ JobRemoved(path, "done")

using System.Globalization;
using System.Threading.Channels;
using MiniContainer.Kernel;
using Tmds.DBus.Protocol;

namespace MiniContainer.Containers.Systemd;

/// <summary>A connection to systemd.</summary>
public sealed class SystemdManager : IDisposable
{
    private const string Service = "org.freedesktop.systemd1";
    private const string Path = "/org/freedesktop/systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";
    private const string Remedy = "Leave --systemd-cgroup out: then minic makes cgroups itself";

    // runc waits as long for a job.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    private readonly DBusConnection bus;
    private readonly string doing;

    private SystemdManager(DBusConnection bus, string doing) => (this.bus, this.doing) = (bus, doing);

    /// <summary>Connects to systemd.</summary>
    /// <param name="user">Whether to the user's own, and not to the machine's.</param>
    /// <param name="doing">What for: "start the unit minic-box.scope".</param>
    /// <exception cref="MinicException">There is no bus.</exception>
    public static SystemdManager Connect(bool user, string doing)
    {
        var address = BusAddress.Of(user);
        if (BusAddress.Socket(address) is { } socket && !File.Exists(socket))
            throw NotThere(doing, $"there is no socket {socket}", user);
        var bus = new DBusConnection(new Options(address));
        try
        {
            Wait(bus.ConnectAsync().AsTask(), doing, $"answer of the bus at {address}");
        }
        catch (DBusExceptionBase e)
        {
            bus.Dispose();
            throw NotThere(doing, $"no bus at {address}, {(e.InnerException ?? e).Message}", user);
        }

        return new SystemdManager(bus, doing);
    }

    /// <summary>What planners are to know.</summary>
    /// <exception cref="MinicException">systemd is not on the bus.</exception>
    public SystemdFacts Facts(bool user)
    {
        try
        {
            var digits = new string([.. Property(Path, Manager, "Version").SkipWhile(c => !char.IsAsciiDigit(c))
                .TakeWhile(char.IsAsciiDigit)]);
            return new(user, Property(Path, Manager, "ControlGroup").TrimEnd('/'),
                int.TryParse(digits, CultureInfo.InvariantCulture, out var version) ? version : 0);
        }
        catch (DBusErrorReplyException e)
        {
            throw NotThere(doing, $"{Service} does not answer, {e.ErrorName}: {e.ErrorMessage}", user);
        }
    }

    /// <summary>The property of a unit that is a text.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="property">"Description", "ControlGroup".</param>
    /// <returns>Null if there is no such unit.</returns>
    /// <exception cref="MinicException">systemd refuses to tell.</exception>
    public string? TextOf(string unit, string property)
    {
        try
        {
            var path = Wait(bus.CallMethodAsync(Message("GetUnit", unit),
                static (Message m, object? _) => m.GetBodyReader().ReadObjectPathAsString(), null));
            var kind = property is "ControlGroup"
                ? unit.EndsWith(".slice", StringComparison.Ordinal) ? "Slice" : "Scope" : "Unit";
            // Of one that has gone just now systemd tells what it would of any that is not there: nothing.
            return Property(path, $"{Service}.{kind}", property) is { Length: > 0 } text ? text : null;
        }
        catch (DBusErrorReplyException e) when (IsGone(e))
        {
            return null;
        }
        catch (DBusErrorReplyException e)
        {
            throw Refused(e);
        }
    }

    /// <summary>Makes a unit that goes away with its last process, and waits until it is there.</summary>
    /// <param name="unit">Its name.</param>
    /// <param name="properties">What it is to be like.</param>
    /// <exception cref="MinicException">systemd refuses, or the job has another result than "done".</exception>
    public void StartTransientUnit(string unit, IReadOnlyList<UnitProperty> properties)
    {
        try
        {
            Job(unit, () => Start(unit, properties));
        }
        catch (DBusErrorReplyException e) when (e.ErrorName == $"{Service}.UnitExists")
        {
            // One that has failed keeps its name until it is told to forget.
            ResetFailedUnit(unit);
            Ask(() => Job(unit, () => Start(unit, properties)));
        }
        catch (DBusErrorReplyException e)
        {
            throw Refused(e);
        }
    }

    /// <summary>Changes properties of a unit until the machine ends (runtime).</summary>
    /// <exception cref="MinicException">systemd refuses.</exception>
    public void SetUnitProperties(string unit, IReadOnlyList<UnitProperty> properties) =>
        Ask(() => Wait(bus.CallMethodAsync(Setting(unit, properties))));

    /// <summary>Moves a process into the cgroup of a unit.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="below">Where below its cgroup: "/" for that itself.</param>
    /// <param name="pid">The process.</param>
    /// <exception cref="MinicException">systemd refuses.</exception>
    public void AttachProcess(string unit, string below, int pid) =>
        Ask(() => Wait(bus.CallMethodAsync(Attaching(unit, below, pid))));

    /// <summary>Sends a signal to all processes of a unit; no harm if it is gone.</summary>
    public void KillUnit(string unit, int signal)
    {
        try
        {
            Wait(bus.CallMethodAsync(Killing(unit, signal)));
        }
        catch (DBusErrorReplyException)
        {
            // It is gone, or has no process left; whether it ends is seen when it is stopped.
        }
    }

    /// <summary>Stops a unit and waits until it has stopped; no harm if it is gone.</summary>
    /// <exception cref="MinicException">systemd refuses, or the job has another result than "done".</exception>
    public void StopUnit(string unit)
    {
        try
        {
            Job(unit, () => Message("StopUnit", unit, "replace"));
        }
        catch (DBusErrorReplyException e) when (IsGone(e))
        {
            // It ended with its last process.
        }
        catch (DBusErrorReplyException e)
        {
            throw Refused(e);
        }
    }

    /// <summary>Lets systemd forget that a unit has failed; no harm if it has not, or is gone.</summary>
    public void ResetFailedUnit(string unit)
    {
        try
        {
            Wait(bus.CallMethodAsync(Message("ResetFailedUnit", unit)));
        }
        catch (DBusErrorReplyException)
        {
            // It is gone, and that is forgotten too.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => bus.Dispose();

    private static bool IsGone(DBusErrorReplyException e) => e.ErrorName is $"{Service}.NoSuchUnit"
        or "org.freedesktop.DBus.Error.UnknownObject";

    private static MinicException NotThere(string doing, string problem, bool user) => new(doing,
        $"systemd is not there: {problem}",
        $"{Remedy}{(user ? "; or log in, which starts a systemd of your own (systemctl --user status)" : "")}.");

    // What systemd refuses is an error that says what was asked for.
    private void Ask(Action call)
    {
        try
        {
            call();
        }
        catch (DBusErrorReplyException e)
        {
            throw Refused(e);
        }
    }

    private MinicException Refused(DBusErrorReplyException e) => new(doing, $"{e.ErrorName}: {e.ErrorMessage}",
        e.ErrorName == $"{Service}.UnitExists"
            ? "See systemctl list-units; choose another id, or another $.linux.cgroupsPath." : null, inner: e);

    // The signals of other jobs come too; that of ours may come before the reply that names it.
    private void Job(string unit, Func<MessageBuffer> call)
    {
        var removed = Channel.CreateUnbounded<(string Job, string Result)>();
        using var watch = Wait(bus.WatchSignalAsync(Service, Path, Manager, "JobRemoved",
            static (Message m, object? _) =>
            {
                var reader = m.GetBodyReader();
                reader.ReadUInt32();
                var job = reader.ReadObjectPathAsString();
                reader.ReadString();
                return (job, reader.ReadString());
            },
            (Notification<(string, string)> n) =>
            {
                if (n.HasValue)
                    removed.Writer.TryWrite(n.Value);
                else
                    removed.Writer.TryComplete();
            },
            ObserverFlags.EmitOnConnectionClosed, emitOnCapturedContext: false).AsTask());
        var path = Wait(bus.CallMethodAsync(call(),
            static (Message m, object? _) => m.GetBodyReader().ReadObjectPathAsString(), null));
        var result = Wait(Result(removed.Reader, path));
        if (result != "done")
            throw new MinicException(doing, $"systemd's job for the unit {unit} ended with \"{result}\", not \"done\"",
                $"See journalctl -u {unit}.");
    }

    private static async Task<string> Result(ChannelReader<(string Job, string Result)> removed, string path)
    {
        await foreach (var (job, result) in removed.ReadAllAsync())
        {
            if (job == path)
                return result;
        }

        return "the connection was closed";
    }

    private string Property(string path, string type, string name)
    {
        return Wait(bus.CallMethodAsync(Get(), static (Message m, object? _) =>
        {
            var reader = m.GetBodyReader();
            return reader.ReadVariantValue().GetString();
        }, null));

        MessageBuffer Get()
        {
            using var writer = bus.GetMessageWriter();
            writer.WriteMethodCallHeader(Service, path, "org.freedesktop.DBus.Properties", "Get", "ss");
            writer.WriteString(type);
            writer.WriteString(name);
            return writer.CreateMessage();
        }
    }

    private MessageBuffer Message(string method, params ReadOnlySpan<string> texts)
    {
        using var writer = bus.GetMessageWriter();
        writer.WriteMethodCallHeader(Service, Path, Manager, method, new string('s', texts.Length));
        foreach (var text in texts)
            writer.WriteString(text);
        return writer.CreateMessage();
    }

    private MessageBuffer Start(string unit, IReadOnlyList<UnitProperty> properties)
    {
        var writer = bus.GetMessageWriter();
        try
        {
            writer.WriteMethodCallHeader(Service, Path, Manager, "StartTransientUnit", "ssa(sv)a(sa(sv))");
            writer.WriteString(unit);
            writer.WriteString("fail");
            UnitPropertyWriter.Write(ref writer, properties);
            // No further units with it.
            writer.WriteArrayEnd(writer.WriteArrayStart(DBusType.Struct));
            return writer.CreateMessage();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private MessageBuffer Setting(string unit, IReadOnlyList<UnitProperty> properties)
    {
        var writer = bus.GetMessageWriter();
        try
        {
            writer.WriteMethodCallHeader(Service, Path, Manager, "SetUnitProperties", "sba(sv)");
            writer.WriteString(unit);
            writer.WriteBool(true);
            UnitPropertyWriter.Write(ref writer, properties);
            return writer.CreateMessage();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private MessageBuffer Killing(string unit, int signal)
    {
        using var writer = bus.GetMessageWriter();
        writer.WriteMethodCallHeader(Service, Path, Manager, "KillUnit", "ssi");
        writer.WriteString(unit);
        writer.WriteString("all");
        writer.WriteInt32(signal);
        return writer.CreateMessage();
    }

    private MessageBuffer Attaching(string unit, string below, int pid)
    {
        using var writer = bus.GetMessageWriter();
        writer.WriteMethodCallHeader(Service, Path, Manager, "AttachProcessesToUnit", "ssau");
        writer.WriteString(unit);
        writer.WriteString(below);
        writer.WriteArray(new[] { (uint)pid });
        return writer.CreateMessage();
    }

    private T Wait<T>(Task<T> task)
    {
        Wait((Task)task);
        return task.GetAwaiter().GetResult();
    }

    private void Wait(Task task)
    {
        try
        {
            Wait(task, doing, "answer of systemd");
        }
        catch (DBusConnectionException e)
        {
            throw new MinicException(doing, $"the bus has gone away: {e.Message}", inner: e);
        }
    }

    private static void Wait(Task task, string doing, string what)
    {
        try
        {
            task.WaitAsync(Patient).GetAwaiter().GetResult();
        }
        catch (TimeoutException e)
        {
            throw new MinicException(doing, $"no {what} in {Patient.TotalSeconds:0} s", "See systemctl list-jobs.",
                inner: e);
        }
    }

    // In a user namespace the bus still knows us by the id that we have outside.
    private sealed class Options(string address) : DBusConnectionOptions(address)
    {
        protected override async ValueTask<SetupResult> SetupAsync(CancellationToken cancellationToken)
        {
            var result = await base.SetupAsync(cancellationToken);
            result.UserId = BusAddress.UserOutside().ToString(CultureInfo.InvariantCulture);
            return result;
        }
    }
}
