// --step as a person meets it: on a terminal, key by key, driven through tmux(1).

using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed partial class StepTests : MinicTest
{
    private const string AllIsGone = "ip -o link | grep -vc lo; nft list ruleset; ls -d \"$STATE\"; find "
        + "/sys/fs/cgroup -path \"*$N*\"";

    [Fact]
    public void A_run_waits_before_each_step_and_tells_what_it_changed()
    {
        var world = Make();
        using var tmux = new Tmux(world, columns: 120, rows: 50);
        tmux.Type(
            "minic run --step --name $N --hostname lab --net none --rootfs $ROOTFS sh -c 'echo fi\"\"rst; exit 3'");
        tmux.WaitFor("Enter plays a step", "1 of ");
        PlayTo(tmux, "set the hostname to lab");
        tmux.Key("i");
        tmux.WaitFor($"{world.Name} #");
        tmux.Type("echo own=$(hostname); exit");
        WaitForQuestion(tmux);
        tmux.Screen().Should().NotContain("own=lab", "its name is not given yet");
        PlayTo(tmux, "bind");
        tmux.Screen().Should().Contain($"{world.Name}: host name").And.Contain("+ lab");
        PlayTo(tmux, "mount tmpfs on /dev");
        tmux.Screen().Should().Contain("+ /proc  proc  proc  rw,nosuid,nodev,noexec,relatime");
        tmux.Key("i");
        tmux.WaitFor($"{world.Name} #");
        tmux.Type("echo own=$(hostname), pid $$, $(ls -A / | grep -c -x -e bin -e usr) of its root; exit");
        tmux.WaitFor("own=lab, pid ");
        PlayTo(tmux, "execute sh");
        tmux.Screen(history: true).Should().Contain("- CapBnd DAC_READ_SEARCH");
        tmux.Key("Enter");
        // What made it is undone step by step too.
        tmux.WaitUntil(s => s.Contains("nothing to undo: ", StringComparison.Ordinal) && Asks(s), "the first undo");
        tmux.Screen(history: true).Should().Contain("first");
        PlayOut(tmux);
        tmux.Type(
            $"c=$?; clear; echo code=$c; {AllIsGone}; stty -a | tr ' ' '\\n' | grep -x -e icanon -e echo -e isig | "
                + "sort | tr '\\n' ,");
        tmux.WaitFor("code=3", "echo,icanon,isig");
        world.Left().Should().BeEmpty();
    }

    [Fact]
    public void A_whole_pod_is_made_step_by_step_and_works()
    {
        var world = Make();
        WritePod(world);
        using var tmux = new Tmux(world, columns: 100, rows: 50);
        tmux.Type("minic pod run --step pod.yaml");
        tmux.WaitFor("1 of ");
        PlayTo(tmux, "make the process pause");
        tmux.Key("s");
        tmux.WaitFor("A shell where minic is", "#");
        tmux.Type("ip -o link show minic0 | grep -c minic0:; exit");
        WaitForQuestion(tmux);
        tmux.Screen().Should().Contain("\n1\n");
        PlayTo(tmux, "make the process web");
        tmux.Key("i");
        // pause has executed its command by now, in a root with nothing in it.
        tmux.WaitFor("The root of pause holds no /bin/sh", "pause #");
        tmux.Type("echo $(hostname) has $(ip -4 -o addr show eth0 | grep -o '10.44[0-9.]*/16'); exit");
        tmux.WaitFor($"{world.Name}-pod has 10.44.0.2/16");
        PlayOut(tmux);
        tmux.WaitFor("is up at 10.44.0.2");
        var all = tmux.Screen(history: true);
        all.Should().Contain("+ 10.44.0.1/16 dev minic0").And.Contain("+ default via 10.44.0.1 dev eth0").And
            .Contain("set masquerade4: elements = { 10.44.0.2 }");
        tmux.Type("clear; minic pod exec $N-pod wget -qO- http://127.0.0.1:8080/");
        tmux.WaitFor("page of web");
        tmux.Type("clear; minic pod rm --step --force $N-pod");
        tmux.WaitFor("undo", "?]");
        tmux.Key("q");
        tmux.WaitFor("stopped at your request");
        tmux.Type("clear; minic pod exec $N-pod echo sti\"\"ll there; minic pod rm --step --force $N-pod");
        tmux.WaitFor("still there", "?]");
        tmux.Key("Enter");
        PlayOut(tmux);
        tmux.Type($"clear; {AllIsGone}; echo loo\"\"ked");
        tmux.WaitFor("looked");
        Lines(world, tmux).Should().Equal("0", "ls: cannot access 'STATE': No such file or directory", "looked");
    }

    [Theory]
    [InlineData("q", "check that the name")]
    [InlineData("C-c", "make the process pause")]
    [InlineData("q", "mount overlay")]
    public void To_quit_a_pod_in_the_middle_leaves_nothing(string key, string at)
    {
        var world = Make();
        WritePod(world);
        using var tmux = new Tmux(world, columns: 100, rows: 50);
        tmux.Type("minic pod run --step pod.yaml");
        tmux.WaitFor("1 of ");
        PlayTo(tmux, at);
        tmux.Key(key);
        tmux.WaitForPrompt();
        tmux.Screen().Should().Contain("stopped at your request");
        tmux.Type($"c=$?; clear; {AllIsGone}; echo code=$c");
        tmux.WaitFor("code=125");
        Lines(world, tmux).Should().Equal("0", "ls: cannot access 'STATE': No such file or directory", "code=125");
    }

    [Fact]
    public void A_pod_run_that_is_killed_at_the_prompt_is_undone_by_its_monitor()
    {
        var world = Make();
        WritePod(world);
        using var tmux = new Tmux(world, columns: 100, rows: 50);
        tmux.Type("minic pod run --step pod.yaml");
        tmux.WaitFor("1 of ");
        PlayTo(tmux, "make the process pause");
        tmux.Key("s");
        tmux.WaitFor("A shell where minic is");
        tmux.Type("kill -KILL $PPID; exit");
        tmux.WaitForPrompt();
        tmux.Type("until [ ! -e \"$STATE\" ]; do sleep 0.1; done; echo undone");
        tmux.WaitFor("\nundone");
    }

    [Fact]
    public void A_created_container_is_stepped_up_to_where_it_waits_and_so_is_its_start()
    {
        var world = Make();
        world.Bundle("sleep 1000");
        using var tmux = new Tmux(world, columns: 100, rows: 50);
        tmux.Type("minic create --step -b bundle $N");
        tmux.WaitFor("1 of ");
        PlayOut(tmux);
        tmux.Screen(history: true).Should().Contain("Not now: minic start lets it go that far.");
        tmux.Type("clear; minic start --step $N");
        tmux.WaitFor("\n1 of 1 [");
        tmux.Key("q");
        tmux.WaitFor("stopped at your request");
        tmux.Type("clear; minic state $N | grep status; minic start --step $N");
        tmux.WaitFor("created", "\n1 of 1 [");
        tmux.Key("Enter");
        tmux.WaitForPrompt();
        tmux.Type("clear; minic state $N | grep status; minic exec --step $N sh -c 'echo with\"\"in'");
        tmux.WaitFor("running", "1 of ");
        tmux.Key("c");
        tmux.WaitFor("within");
        tmux.Type("clear; echo dele\"\"ting; minic delete --step --force $N; echo go\"\"ne");
        tmux.WaitFor("deleting", "?]");
        tmux.Key("c");
        tmux.WaitFor("gone");
    }

    [Theory]
    [InlineData("minic run --step --name $N --rootfs $ROOTFS true", "standard input is no terminal")]
    [InlineData("minic pod run --step -", "standard input is no terminal")]
    [InlineData("minic gc --step", "standard input is no terminal")]
    [InlineData("minic run --step --explain --rootfs $ROOTFS true", "Give one of them")]
    [InlineData("minic run --step --profile --rootfs $ROOTFS true", "exclude each other")]
    public void What_cannot_be_is_told_before_anything_is_touched(string command, string error)
    {
        var world = Make();
        var outcome = world.Sh(command);
        outcome.Code.Should().Be(125);
        outcome.Error.Should().StartWith("minic: read minic ").And.Contain(error);
        Directory.Exists(world.State).Should().BeFalse();
    }

    private static void WritePod(MinicWorld world) => File.WriteAllText(Path.Combine(world.Temporary, "pod.yaml"), $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{world.Name}}-pod }
        spec:
          terminationGracePeriodSeconds: 1
          containers:
            - name: web
              image: {{world.Rootfs}}
              command: [sh, -c, "mkdir /w; echo page of web > /w/index.html; exec httpd -f -p 8080 -h /w"]
        """);

    // Enter at each step, until the one whose title begins so is asked for.
    private static void PlayTo(Tmux tmux, string title)
    {
        while (!Title(tmux.Screen()).StartsWith(title, StringComparison.Ordinal))
        {
            PlayOne(tmux);
            if (Ended(tmux.Screen()))
                throw new InvalidOperationException($"{title} never came:\n{tmux.Screen()}");
        }
    }

    private static void PlayOut(Tmux tmux)
    {
        while (!Ended(tmux.Screen()))
            PlayOne(tmux);
    }

    private static void PlayOne(Tmux tmux)
    {
        var before = Number(tmux.Screen());
        tmux.Key("Enter");
        tmux.WaitUntil(s => Asks(s) && Number(s) != before || Ended(s), $"the step after {before}");
    }

    private static void WaitForQuestion(Tmux tmux) => tmux.WaitUntil(Asks, "the question");

    private static bool Asks(string screen) =>
        screen.TrimEnd().EndsWith("[Enter n s i c q ?]", StringComparison.Ordinal);

    private static bool Ended(string screen) => screen.TrimEnd().EndsWith('$');

    private static int Number(string screen) =>
        int.Parse(Question().Matches(screen).LastOrDefault()?.Groups[1].Value ?? "0", CultureInfo.InvariantCulture);

    // "12  box  mount proc on /proc" above the question "12 of 127".
    private static string Title(string screen) =>
        Regex.Matches(screen, $@"^ *{Number(screen)}  \S+ +(.*)$", RegexOptions.Multiline)
            .LastOrDefault()?.Groups[1].Value ?? "";

    // What the shell printed behind the clear.
    private static List<string> Lines(MinicWorld world, Tmux tmux) =>
        [.. world.Neutral(tmux.Screen()).Split('\n').Select(l => l.TrimEnd())
            .Where(l => l.Length > 0 && !l.StartsWith('$'))];

    [GeneratedRegex(@"^(\d+) of \d+ \[Enter", RegexOptions.Multiline)]
    private static partial Regex Question();
}
