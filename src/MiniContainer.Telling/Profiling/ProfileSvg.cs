// A profile as a picture: a waterfall, a band for minic and for each child, on one time axis. It is made for a slide:
// short steps that follow each other share a bar, so that it stays readable. (SVG 1.1, W3C.)

using System.Globalization;
using System.Security;
using System.Text;

namespace MiniContainer.Telling.Profiling;

/// <summary>Draws profiles.</summary>
public static class ProfileSvg
{
    private const double Width = 1600;
    private const double Left = 150;
    private const double Right = 1570;
    private const double Top = 122;
    private const int MostRows = 34;

    // So that the lines of the axis do not strike labels through.
    private const string Halo = " stroke=\"#f8fafc\" stroke-width=\"4\" stroke-linejoin=\"round\" "
        + "paint-order=\"stroke\"";

    private static readonly string[] Colours = ["#64748b", "#2563eb", "#16a34a", "#ea980c", "#9333ea", "#dc2626"];

    /// <summary>The picture, as an SVG file.</summary>
    public static string Render(Profile profile)
    {
        var bands = Rows(profile);
        var rows = bands.Sum(b => b.Count);
        var height = Math.Clamp((900 - Top - 76 - (bands.Count * 24)) / Math.Max(rows, 1), 18, 32);
        var bottom = Top + bands.Sum(b => Tall(b, height) + 6);
        var svg = new StringBuilder();
        Line(svg,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Math.Max(900, bottom + 60)}" font-family="'DejaVu Sans', Inter, 'Segoe UI', Helvetica, Arial, sans-serif" fill="#0f172a">""");
        Line(svg,
            $"""<defs><pattern id="wait" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="7" height="7" fill="#f1f5f9"/><rect width="2.5" height="7" fill="#cbd5e1"/></pattern></defs>""");
        Line(svg, $"""<rect width="100%" height="100%" fill="#ffffff"/>""");
        Line(svg, $"""<text x="30" y="46" font-size="26" font-weight="600">{Escape(profile.Title)}</text>""");
        Line(svg,
            $"""<text x="{Right}" y="46" font-size="20" text-anchor="end" fill="#475569">{Escape(ProfileTable.Scale(profile.Whole))} in all</text>""");
        Legend(svg, profile);
        Bands(svg, bands, height, profile.Whole);
        Axis(svg, profile.Whole, bottom);
        Bars(svg, bands, height, profile.Whole);
        var note = profile.Command is { } command
            ? $"The command's own {ProfileTable.Scale(command)} are left out. " : "";
        Line(svg,
            $"""<text x="30" y="{bottom + 46}" font-size="13" fill="#64748b">{Escape(note)}The start of the program is its processor time until Main; its exit is not in the picture.</text>""");
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    // Each band's spans, joined further and further until they fit: first what is under 1/400 of the whole, then 1/300
    // ….
    private static List<List<ProfileSpan>> Rows(Profile profile)
    {
        for (var part = 0.0025; ; part *= 1.3)
        {
            var bands = profile.Spans.GroupBy(s => s.Who).Select(g => Join(g, profile.Whole * part)).ToList();
            if (bands.Sum(b => b.Count) <= MostRows || part > 0.2)
                return bands;
        }
    }

    // A bar that stands for several bears the name of the longest, and its colour.
    private static List<ProfileSpan> Join(IEnumerable<ProfileSpan> spans, double small)
    {
        var rows = new List<List<ProfileSpan>>();
        foreach (var span in spans)
        {
            if (rows.Count > 0 && Joins(rows[^1], span, small))
                rows[^1].Add(span);
            else
                rows.Add([span]);
        }

        return [.. rows.Select(r => r.Count == 1 ? r[0] : Joined(r, r.MaxBy(s => s.Took)!))];
    }

    private static ProfileSpan Joined(List<ProfileSpan> row, ProfileSpan longest) => longest with
    {
        What = $"{Cut(longest.What, 52)} and {row.Count - 1} more",
        Start = row[0].Start,
        Took = row[^1].End - row[0].Start,
    };

    private static bool Joins(List<ProfileSpan> row, ProfileSpan span, double small)
    {
        if (row[0].Waits || span.Waits || row[0].Kind == ProfileKind.Runtime || span.Kind == ProfileKind.Runtime)
            return false;
        return row[^1].Kind == span.Kind ? row[^1].Took < small && span.Took < small : span.End - row[0].Start < small;
    }

    private static void Legend(StringBuilder svg, Profile profile)
    {
        var x = 30.0;
        for (var i = 0; i < ProfileKind.All.Count; i++)
        {
            if (profile.Spans.All(s => s.Kind != ProfileKind.All[i]))
                continue;
            Line(svg,
                $"""<rect x="{x}" y="66" width="16" height="16" rx="3" fill="{Colours[i]}"/><text x="{x + 23}" y="79" font-size="15">{ProfileKind.All[i]}</text>""");
            x += 46 + TextWidth(ProfileKind.All[i], 15);
        }

        Line(svg,
            $"""<rect x="{x}" y="66" width="16" height="16" rx="3" fill="url(#wait)" stroke="#94a3b8"/><text x="{x + 23}" y="79" font-size="15">waiting</text>""");
    }

    private static void Bands(StringBuilder svg, List<List<ProfileSpan>> bands, double height, double whole)
    {
        var y = Top;
        foreach (var (i, band) in bands.Index())
        {
            var tall = Tall(band, height);
            Line(svg,
                $"""<rect x="20" y="{y}" width="{Width - 40}" height="{tall}" rx="6" fill="{(i % 2 == 0 ? "#f8fafc" : "#eef2ff")}"/>""");
            var words = band[0].Who.Split(' ');
            foreach (var (n, word) in words.Index())
                Line(svg,
                    $"""<text x="32" y="{y + 22 + (n * 20)}" font-size="16" font-weight="600">{Escape(Cut(word, 11))}</text>""");
            var busy = band.Where(s => !s.Waits).Sum(s => s.Took);
            Line(svg,
                $"""<text x="32" y="{y + 22 + (words.Length * 20)}" font-size="12" fill="#64748b">{Escape(ProfileTable.Scale(busy))}{(busy < whole / 1000 || band.Count * height < 60 ? "" : " of work")}</text>""");
            y += tall + 6;
        }
    }

    private static void Bars(StringBuilder svg, List<List<ProfileSpan>> bands, double height, double whole)
    {
        var y = Top;
        foreach (var band in bands)
        {
            foreach (var (i, span) in band.Index())
                Bar(svg, span, y + 4 + (i * height), height, whole);
            y += Tall(band, height) + 6;
        }
    }

    // However few its rows are, a band has room for its name and its sum.
    private static double Tall(List<ProfileSpan> band, double height) =>
        Math.Max((band.Count * height) + 8, 34 + (band[0].Who.Split(' ').Length * 20));

    private static void Bar(StringBuilder svg, ProfileSpan span, double y, double height, double whole)
    {
        var x = X(span.Start, whole);
        var wide = Math.Max(2.5, X(span.End, whole) - x);
        var fill = span.Waits
            ? "url(#wait)\" stroke=\"#94a3b8"
            : Colours[Math.Max(0, ProfileKind.All.TakeWhile(k => k != span.Kind).Count() % Colours.Length)];
        Line(svg,
            $"""<rect x="{x:F1}" y="{y + 3:F1}" width="{wide:F1}" height="{height - 6:F1}" rx="2.5" fill="{fill}"/>""");
        var size = Math.Min(15, height - 6);
        var (label, time) = (Cut(span.What, 70), ProfileTable.Scale(span.Took));
        var (room, need) = (Right - x - wide, TextWidth($"{label}  {time}", size) + 10);
        var line = y + (height / 2) + (size * 0.36);
        // Behind the bar, before it where the picture ends, and on it where it is wide enough for that alone.
        var (at, anchor, colour) = need < room ? (x + wide + 7, "start", "#0f172a")
            : need < x - Left ? (x - 7, "end", "#0f172a")
            : (x + 8, "start", span.Waits ? "#0f172a" : "#ffffff");
        Line(svg,
            $"""<text x="{at:F1}" y="{line:F1}" font-size="{size:F1}" text-anchor="{anchor}" fill="{colour}"{(colour == "#ffffff" ? "" : Halo)}>{Escape(label)}<tspan dx="8" {(colour == "#ffffff" ? "" : "fill=\"#64748b\"")}>{Escape(time)}</tspan></text>""");
    }

    private static void Axis(StringBuilder svg, double whole, double bottom)
    {
        var step = Step(whole / 10);
        for (var t = 0.0; t <= whole; t += step)
        {
            var x = X(t, whole);
            Line(svg,
                $"""<line x1="{x:F1}" y1="{Top - 8}" x2="{x:F1}" y2="{bottom}" stroke="#cbd5e1"/><text x="{x:F1}" y="{Top - 14}" font-size="13" text-anchor="middle" fill="#475569">{Escape(Tick(t, step))}</text>""");
        }
    }

    // 1, 2 or 5 times a power of ten: the next one up.
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1))));
        return power * ((least / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }

    private static string Tick(double t, double step) =>
        t == 0 ? "0"
        : step < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{t / 1000:0.##} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{t / 1000:0} ms");

    private static double X(double t, double whole) => Left + (t / Math.Max(whole, 1) * (Right - Left));

    // A guess on the safe side: no fonts are at hand here.
    private static double TextWidth(string text, double size) => text.Length * size * 0.6;

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static string Escape(string text) => SecurityElement.Escape(text)!;

    private static void Line(StringBuilder svg, FormattableString line) =>
        svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
