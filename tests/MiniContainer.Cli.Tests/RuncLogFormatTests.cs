using Serilog.Events;
using Serilog.Parsing;

namespace MiniContainer.Cli.Tests;

public class RuncLogFormatTests
{
    [Fact]
    public void Json_is_runcs() =>
        Formatted(json: true).Should()
            .Be("{\"level\":\"error\",\"msg\":\"mount \\\"proc\\\": no\\n<bad>\",\"time\":\"2026-01-31T12:00:00Z\"}\n");

    [Fact]
    public void Text_is_runcs() =>
        Formatted(json: false).Should()
            .Be("time=\"2026-01-31T12:00:00Z\" level=error msg=\"mount \\\"proc\\\": no\\n<bad>\"\n");

    private static string Formatted(bool json)
    {
        var writer = new StringWriter();
        var template = new MessageTemplateParser().Parse("{Message:l}");
        var message = new LogEventProperty("Message", new ScalarValue("mount \"proc\": no\n<bad>"));
        new RuncLogFormat(json).Format(
            new LogEvent(new DateTimeOffset(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1)), LogEventLevel.Error, null,
                template, [message]), writer);
        return writer.ToString();
    }
}
