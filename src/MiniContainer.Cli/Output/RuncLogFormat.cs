// The form of runc's log, which containerd and podman read the last error from:
//   {"level":"error","msg":"...","time":"2026-01-31T12:00:00Z"}
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
        var time = Quote(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        output.Write(json
            ? $"{{\"level\":\"{level}\",\"msg\":{message},\"time\":{time}}}\n"
            : $"time={time} level={level} msg={message}\n");
    }

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
