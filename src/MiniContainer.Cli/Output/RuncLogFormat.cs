// The form of runc's log, which containerd and podman read the last error from:
//   {"level":"error","msg":"...","time":"2026-01-31T12:00:00Z"}
//   {"level":"debug","msg":"...","time":"...","step":7,"kind":"mkcgroup","actor":"minic"}    a step (StepLog.cs)
//   time="2026-01-31T12:00:00Z" level=error msg="..."

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace MiniContainer.Cli;

/// <summary>Writes log events as runc does.</summary>
/// <param name="json">JSON, or else text.</param>
internal sealed class RuncLogFormat(bool json) : ITextFormatter
{
    /// <inheritdoc/>
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var level = logEvent.Level switch
        {
            LogEventLevel.Verbose or LogEventLevel.Debug => "debug",
            LogEventLevel.Information => "info",
            LogEventLevel.Warning => "warning",
            LogEventLevel.Error => "error",
            _ => "fatal",
        };
        var message = Quote(logEvent.RenderMessage(CultureInfo.InvariantCulture));
        var time =
            Quote(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Write(json
            ? $"{{\"level\":\"{level}\",\"msg\":{message},\"time\":{time}{Members(logEvent)}}}\n"
            : $"time={time} level={level} msg={message}\n");
    }

    // What StepLog says of an event besides its words.
    private static string Members(LogEvent logEvent) => string.Concat(
        ((string[])["Step", "Kind", "Actor", "Microseconds"]).Where(logEvent.Properties.ContainsKey).Select(name =>
        {
            var value = (logEvent.Properties[name] as ScalarValue)?.Value;
            return $",\"{JsonNamingPolicy.CamelCase.ConvertName(name)}\":"
                + (value is string text ? Quote(text) : Convert.ToString(value, CultureInfo.InvariantCulture));
        }));

    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
