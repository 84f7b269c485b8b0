// Documents made to hurt, at every door where a person's document comes in: each is refused, and soon.

using System.Diagnostics;
using MiniContainer.Containers.Oci;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Pods.Manifest;

namespace MiniContainer.Pods.Tests.Manifest;

public class HostileDocumentsTests
{
    private const int Many = 50_000;

    private static string Times(string text, int count = Many) => string.Concat(Enumerable.Repeat(text, count));

    private static string Lines(Func<int, string> line, int count = Many) =>
        string.Join('\n', Enumerable.Range(0, count).Select(line));

    private static string Pod(string container) =>
        $"apiVersion: v1\nkind: Pod\nmetadata: {{ name: p }}\nspec:\n  containers:\n  - name: c\n    image: "
            + $"b\n{container}\n";

    private static readonly (string What, string Text)[] Yaml =
    [
        ("lists in lists", Times("[")),
        ("closed ones", Times("[") + Times("]")),
        ("mappings in mappings", Times("{a: ")),
        ("lists and mappings", Times("[{a: ")),
        ("block lists in block lists", Times("- ")),
        ("names of names", Times("? ")),
        ("deep by indentation", Lines(i => new string(' ', i) + "a:", 600)),
        ("a wide list", "a: [" + Times("1,") + "]"),
        ("a long block list", "a:\n" + Times("- 1\n")),
        ("a wide mapping", Lines(i => $"a{i}: b")),
        ("unknown fields", Pod(Lines(i => $"    a{i}: b", 4000))),
        ("volumes", Pod("") + "  volumes:\n" + Lines(i => $"  - name: v{i}", 3000) + "\n  x: y"),
        ("mounts of no volume",
            Pod("    volumeMounts:\n" + Lines(i => $"    - {{ name: v{i}, mountPath: /{i} }}", 3000)) + "  volumes:\n"
                + Lines(i => $"  - name: w{i}", 3000)),
        ("aliases of aliases", "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + Lines(i => $"a{i + 1}: &a{i + 1} [{Times($"*a{i},", 9)}]", 30)),
        ("aliases of aliases for a name", "a0: &a0 [x, x]\n" + Lines(i => $"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]", 60)
            + "\n? *a60\n: x"),
        ("merges of merges", "a0: &a0 { x: y }\n"
            + Lines(i => $"a{i + 1}: &a{i + 1} {{ <<: [*a{i}, *a{i}, *a{i}] }}", 60)),
        ("a wide alias, often", "a: &a [" + Times("1,", 5000) + "]\nb: [" + Times("*a,", 5000) + "]"),
        ("a mapping that is in itself", "a: &a { <<: *a }"),
        ("a list that is in itself", "a: &a [*a]"),
        ("anchors", Lines(i => $"a{i}: &a{i} b")),
        ("a long word", "a: " + Times("x", 1_000_000)),
        ("a long word in quotes", "a: \"" + Times("\\n", 500_000) + "\""),
        ("a long word over lines", "a: >\n" + Times(" x\n", 300_000)),
        ("a long name", Times("x", 200_000) + ": y"),
        ("a long unknown field", Pod($"    {Times("x", 100_000)}: y")),
        ("a long tag", "a: !" + Times("x", 200_000) + " b"),
        ("a long anchor", "a: &" + Times("x", 200_000) + " b"),
        ("exclamation marks", Times("!")),
        ("ampersands", Times("&")),
        ("stars", Times("*")),
        ("quotes", Times("'")),
        ("double quotes", Times("\"")),
        ("percent signs", Times("%")),
        ("colons", Times(": ")),
        ("pipes", Times("|\n")),
        ("comments", Times("# x\n")),
        ("documents", Times("---\n")),
        ("documents with something in them", Times("--- a\n")),
        ("blanks", Times(" ", 200_000)),
        ("newlines", Times("\n", 200_000)),
        ("tabs", Times("\t", 200_000)),
        ("tabs after a name", "a:" + Times("\t", 200_000) + "b: c"),
        ("tabs in a list", "[" + Times("\t", 200_000) + "]"),
        ("lines of tabs", "a:\n" + Times("\t\n", 100_000) + "\tb"),
        ("carriage returns", Times("\r", 200_000)),
        ("variables of variables",
            Pod("    env:\n    - { name: A0, value: xxxxxxxxxx }\n"
                + Lines(i => $"    - {{ name: A{i + 1}, value: $(A{i})$(A{i}) }}", 60))),
        ("a variable, often",
            Pod($"    env: [{{ name: A, value: {Times("x", 50_000)} }}]\n    args: [\"{Times("$(A)", 20_000)}\"]")),
        ("variables without an end", Pod($"    args: [\"{Times("$(", 100_000)}\", x]\n    x: y")),
        ("a large number", Pod($"    resources: {{ limits: {{ memory: 1{Times("0", 100_000)} }} }}")),
        ("a large exponent", Pod("    resources: { limits: { memory: 1e999999999 } }")),
    ];

    private static readonly (string What, string Text)[] Json =
    [
        ("lists in lists", Times("[")),
        ("closed ones", Times("[") + Times("]")),
        ("objects in objects", Times("{\"a\":")),
        ("deep below a member that nobody knows", "{\"x\":" + Times("[", 10_000) + Times("]", 10_000) + "}"),
        ("a wide list", "[" + Times("1,") + "1]"),
        ("a wide object", "{" + string.Join(',', Enumerable.Range(0, Many).Select(i => $"\"a{i}\":1")) + "}"),
        ("a member often", "{" + string.Join(',', Enumerable.Repeat("\"ociVersion\":1", Many)) + "}"),
        ("newlines", Times("\n", 1_000_000) + "{"),
        ("values on lines", "[\n" + Times("1,\n", 300_000)),
        ("a long string", "{\"ociVersion\": \"" + Times("x", 1_000_000)),
        ("escapes", "{\"ociVersion\": \"" + Times("\\u0000", 200_000) + "\"}"),
        ("a long number", "{\"ociVersion\": " + Times("1", 1_000_000) + "}"),
        ("wrong items", "{\"ociVersion\": \"1.0.0\", \"process\": { \"args\": [" + Times("1,") + "1] }}"),
        ("null items", "{\"ociVersion\": \"1.0.0\", \"process\": { \"args\": [" + Times("null,") + "null] }}"),
        ("a long unknown name", "{\"" + Times("x", 500_000) + "\": 1}"),
    ];

    public static TheoryData<string, int> YamlCases() => Numbered(Yaml);

    public static TheoryData<string, int> JsonCases() => Numbered(Json);

    [Theory]
    [MemberData(nameof(YamlCases))]
    public void A_manifest_made_to_hurt_is_refused_soon(string what, int number) =>
    RefusedSoon(what, () => PodReader.Parse("pod.yaml", Yaml[number].Text));

    [Theory]
    [MemberData(nameof(JsonCases))]
    public void A_config_made_to_hurt_is_refused_soon(string what, int number) =>
        RefusedSoon(what, () =>
        {
            var file = JsonFile.FromText("read it", "config.json", Json[number].Text);
            var spec = file.As(SpecJson.Default.Spec);
            file.RefuseNul();
            var problems = new Problems();
            SpecValidator.Check(spec, "/bundle", problems);
            throw file.Fail(problems);
        });

    [Theory]
    [MemberData(nameof(JsonCases))]
    public void A_network_made_to_hurt_is_refused_soon(string what, int number) =>
    RefusedSoon(what, () => NetworkConfig.Parse("net.conflist", Json[number].Text));

    [Fact]
    public void A_file_without_an_end_is_read_no_further_than_a_document_can_be()
    {
        RefusedSoon("zeros", () => PodReader.Load("/dev/zero"));
        RefusedSoon("zeros", () => JsonFile.Read("read it", "/dev/zero", "-"));
    }

    [Fact]
    public void A_manifest_that_is_no_text_is_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, [.. "kind: Pod # "u8, 0xff, 0xfe]);
        FluentActions.Invoking(() => PodReader.Load(path)).Should().Throw<MinicException>().WithMessage("*not UTF-8*");
        File.Delete(path);
    }

    private static void RefusedSoon(string what, Action read)
    {
        // Once before, since a program that is compiled as it runs is slow at first.
        FluentActions.Invoking(read).Should().Throw<MinicException>(what).Which.Message.Length.Should()
            .BeLessThan(100_000);
        var clock = Stopwatch.StartNew();
        FluentActions.Invoking(read).Should().Throw<MinicException>(what);
        clock.ElapsedMilliseconds.Should()
            .BeLessThan(1000, "it takes some ten milliseconds; the rest is for a machine that is busy");
    }

    private static TheoryData<string, int> Numbered((string What, string Text)[] cases)
    {
        var data = new TheoryData<string, int>();
        for (var i = 0; i < cases.Length; i++)
            data.Add(cases[i].What, i);
        return data;
    }
}
