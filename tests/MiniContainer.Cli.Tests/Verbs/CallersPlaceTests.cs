// Where minic is called from, and with what bytes: a working directory that was removed, words that are not UTF-8, a
// program file without its neighbours, a disk without room.

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class CallersPlaceTests : MinicTest
{
    private const string Gone = "mkdir g; cd g; rmdir ../g; ";

    [Theory]
    [InlineData("minic run --rootfs ../R true", "../R")]
    [InlineData("minic run -b ../B $N", "../B")]
    [InlineData("minic run $N", ".")]
    [InlineData("minic create -b ../B $N", "../B")]
    [InlineData("minic run --rootfs $ROOTFS -v ../V:/v true", "../V")]
    [InlineData("\"$MINIC\" --root ../state list", "../state")]
    [InlineData("minic --log ../l list", "../l")]
    [InlineData("minic run --rootfs $ROOTFS --pid-file ../p true", "../p")]
    [InlineData("minic create -b $TMP/B --console-socket ../s $N", "../s")]
    [InlineData("minic pod run ../pod.yaml", "../pod.yaml")]
    [InlineData("minic spec", "config.json")]
    [InlineData("minic spec -b ../B", "../B/config.json")]
    [InlineData("minic exec -p ../p $N", "../p")]
    [InlineData("minic update -r ../u $N", "../u")]
    [InlineData("minic run --rootfs $ROOTFS --profile-file ../f --profile true", "../f")]
    public void A_relative_path_from_a_removed_directory_is_told_with_call_path_and_remedy(string command, string path)
    {
        var world = Make();
        world.Bundle("true", terminal: command.Contains("--console", StringComparison.Ordinal), name: "B");
        var needsContainer = command.Contains(" exec ", StringComparison.Ordinal)
            || command.Contains(" update ", StringComparison.Ordinal);
        var prepare = needsContainer ? "minic run -d --rootfs $ROOTFS --name $N sleep 100; " : "";
        var clean = needsContainer ? "minic delete -f $N; " : "";
        var outcome = world.Sh($"{prepare}{Gone}{command}; code=$?; cd /; {clean}exit $code");
        outcome.Code.Should().NotBe(0);
        outcome.Error.Should()
            .Contain(
                "getcwd(): ENOENT (No such file or directory). The working directory was removed: change to another "
                    + "one, or give an absolute path.")
            .And.Contain($"{path}").And.NotContain("Unable to find");
    }

    [Fact]
    public void Absolute_paths_work_in_a_removed_directory()
    {
        var world = Make();
        world.Bundle("echo bundle", name: "B");
        var outcome = world.Sh($"{Gone}minic run --rootfs $ROOTFS -v /etc:/v echo rootfs && minic run -b $TMP/B $N && "
            + "minic run -d --rootfs $ROOTFS --name $N sleep 100 > /dev/null && minic exec $N echo exec; minic delete "
            + "-f $N");
        outcome.Output.Should().Be("rootfs\nbundle\nexec\n", outcome.Error);
    }

    [Theory]
    [InlineData("minic run --rootfs $ROOTFS printf \"$bad\"", "read the command line: \"caf\\xe9\" is not UTF-8")]
    [InlineData("minic run --rootfs $ROOTFS -e \"A=$bad\" true", "read the command line: \"A=caf\\xe9\" is not UTF-8")]
    [InlineData("A=$bad minic run --rootfs $ROOTFS -e A true", "the value of A is not UTF-8")]
    [InlineData("cp -r $TMP/B \"$bad\"; minic run -b \"$bad\" $N", "read the command line: \"caf\\xe9\" is not UTF-8")]
    [InlineData("mkdir \"$bad\"; minic run --rootfs \"$bad\" true", "read the command line: \"caf\\xe9\" is not UTF-8")]
    [InlineData("cp -r $TMP/B \"$bad\"; cd \"$bad\"; minic run $N",
        "the path of the working directory, \"TMP/caf\\xe9\", is not UTF-8")]
    [InlineData("printf 'kind: Pod # \\351' > p; minic pod run p", "p: the text is not UTF-8")]
    [InlineData("printf 'kind: Pod # \\351' | minic pod run -", "standard input: the text is not UTF-8")]
    [InlineData("sed \"s/true/$bad/\" B/config.json > c; mv c B/config.json; minic run -b B $N",
        "config.json: the text is not UTF-8")]
    public void What_is_not_UTF8_is_refused_and_never_replaced(string command, string problem)
    {
        var world = Make();
        world.Bundle("true", name: "B");
        var outcome = world.Sh($"export LC_ALL=C; bad=$(printf 'caf\\351'); {command}; code=$?; rm -rf \"$TMP/$bad\"; "
            + "exit $code");
        outcome.Code.Should().NotBe(0);
        outcome.Error.Should().Contain(problem);
    }

    [Fact]
    public void The_replacement_character_itself_is_a_character_like_others()
    {
        var world = Make();
        world.Sh(
            "minic run --rootfs $ROOTFS -e A=$(printf '\\357\\277\\275') sh -c 'printf $A$1 | od -An -tx1' sh "
                + "$(printf '\\303\\251\\357\\277\\275')")
            .Output.Trim().Should().Be("ef bf bd c3 a9 ef bf bd");
    }

    [Fact]
    public void A_hook_gets_its_callers_environment_byte_for_byte()
    {
        var world = Make();
        var bundle = world.Bundle("true", name: "B");
        var config = File.ReadAllText(bundle + "/config.json");
        File.WriteAllText(bundle + "/config.json",
            config.TrimEnd()[..^1]
                + ",\"hooks\":{\"createRuntime\":[{\"path\":\"/bin/sh\",\"args\":[\"sh\",\"-c\",\"printf %s "
                + "\\\"$BYTES\\\" | od -An -tx1 > " + world.Temporary + "/bytes\"]}]}}");
        var outcome = world.Sh("BYTES=$(printf 'caf\\351\\360\\237') minic run -b B $N");
        outcome.Code.Should().Be(0, outcome.Error);
        File.ReadAllText(world.Temporary + "/bytes").Trim().Should().Be("63 61 66 e9 f0 9f");
    }

    // The journal and the config.json hold the environment both.
    [Theory]
    [InlineData("40k", "No space left on device")]
    [InlineData("100k", "bytes): ENOSPC (No space left on device)")]
    public void A_full_disk_is_told_without_what_was_to_be_written(string size, string problem)
    {
        var world = Make();
        var outcome = world.Sh($"mkdir -p s; mount -t tmpfs -o size={size} none s; fill=$(head -c 60000 /dev/zero | "
            + "tr '\\0' x); \"$MINIC\" --root $TMP/s run --net none --rootfs $ROOTFS -e PASSWORD=hunter2 -e "
            + "FILL=$fill true");
        outcome.Code.Should().NotBe(0);
        outcome.Error.Should().Contain(problem).And.NotContain("hunter2").And.NotContain("xxxx");
        outcome.Error.Length.Should().BeLessThan(1000);
    }

    [Fact]
    public void The_program_file_alone_is_enough()
    {
        var world = Make();
        Assert.SkipWhen(File.Exists(world.Minic + ".dll"), "needs minic compiled ahead of time");
        var outcome = world.Sh("mkdir elsewhere; cp \"$MINIC\" elsewhere/minic; MINIC=$TMP/elsewhere/minic; minic run "
            + "--rootfs $ROOTFS echo works; minic run --rootfs $ROOTFS /no/such; minic kill $N KILL; ls elsewhere");
        outcome.Output.Should().Be("works\nminic\n", outcome.Error);
        outcome.Error.Should().Contain("ENOENT (No such file or directory)").And.NotContain("Dll");
    }

    [Theory]
    [InlineData("libnftables.so.1", "run --rootfs $ROOTFS true", "libnftables1")]
    [InlineData("libseccomp.so.2", "run -b B $N", "libseccomp2")]
    public void A_library_that_is_missing_is_told_when_it_is_needed_and_not_before(string library, string needs,
        string package)
    {
        var world = Make();
        var bundle = world.Bundle("true", name: "B");
        var config = File.ReadAllText(bundle + "/config.json");
        File.WriteAllText(bundle + "/config.json",
            System.Text.RegularExpressions.Regex.Replace(config, "\"linux\": *\\{",
                "\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"chmod\"],"
                    + "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":77}]},"));
        var hide = $"for f in $(ldconfig -p | sed -n 's/.*{library.Replace(".", "\\.", StringComparison.Ordinal)}.* "
            + "=> //p'); do mount --bind /dev/null $f; done; export HOME=$TMP XDG_CACHE_HOME=$TMP/cache; mkdir -p "
            + "/var/cache/minic; mount -t tmpfs none /var/cache; ";
        var without = world.Sh(hide + "minic list -q && minic run --net none --rootfs $ROOTFS echo works");
        without.Output.Should().Be("works\n", without.Error);
        var outcome = world.Sh($"{hide}minic {needs}");
        outcome.Code.Should().NotBe(0);
        outcome.Error.Should().Contain(package).And.NotContain("DllNotFound");
    }
}
