// What --explain says is what the kernel is asked. A play is traced by strace(1): of each child, call by call, in
// order; of minic's own steps, each call that changes something must be one that the step names, and each that it names
// must be made.

using System.Globalization;
using System.Text.RegularExpressions;

namespace MiniContainer.Promise.Tests;

public sealed partial class TextIsActionTests
{
    [Theory]
    [InlineData("run -d --rootfs $ROOTFS --name $N --net none sleep 1000", "delete -f $N")]
    [InlineData("run -d --rootfs $ROOTFS --name $N sleep 1000", "delete -f $N")]
    [InlineData("create -b $TMP/everything $N", "delete -f $N")]
    [InlineData("pod run $TMP/port.yaml", "pod rm -f port$N")]
    public void The_kernel_is_asked_what_the_plan_says(string play, string undo)
    {
        World.Need();
        using var world = World.Make();
        Inputs.Write(world);
        // As a grandchild (-D): it stays until the last of those whom it watches has ended.
        world.Do($"MINIC_FAULT=list:$TMP/steps strace -D -f -s 65536 -o $TMP/trace \"$MINIC\" {play}");
        world.Do($"m {undo}; while pidof strace; do sleep 0.05; done");
        var trace = Strace.Read($"{world.Temporary}/trace");
        var steps = ListedStep.Read($"{world.Temporary}/steps");

        var wrong = new List<string>();
        var made = trace.Steps();
        var own = steps.Where(s => !s.IsChild).ToList();
        made.Should().HaveCount(own.Count, "each step has two lines in the journal");
        foreach (var (step, calls) in own.Zip(made))
            wrong.AddRange(HostStep.Differences(step, calls));
        var clones = own.Zip(made).Where(s => s.First.Kind == "CloneChild").Select(s => s.Second).ToList();
        var tapes = steps.Where(s => s.IsChild).GroupBy(s => s.Actor).ToList();
        tapes.Should().HaveSameCount(clones);
        foreach (var (tape, clone) in tapes.Zip(clones))
            wrong.AddRange(
                ChildTapes.Differences([.. tape], trace.CallsOf(Strace.ChildOf(clone.Single(Strace.MakesProcess)))));

        string.Join("\n", wrong.Select(w => w.Length > 400 ? w[..400] : w)).Should().BeEmpty();
    }

    /// <summary>A child's calls: the very ones of its tape, in order.</summary>
    private static partial class ChildTapes
    {
        public static IEnumerable<string> Differences(IReadOnlyList<ListedStep> tape, IReadOnlyList<TracedCall> calls)
        {
            var next = 0;
            foreach (var step in tape)
            {
                foreach (var text in step.Calls)
                {
                    if (next == calls.Count)
                        yield break;
                    var call = calls[next];
                    // Which of the two is made follows from what the volume turns out to be.
                    if (step.Kind == "MakeMountPoint" && Plain(call.Text) != Plain(text))
                        continue;
                    next++;
                    // It was killed there.
                    if (call.Text.Contains("<unfinished", StringComparison.Ordinal))
                        yield break;
                    if (!Pattern(text).IsMatch(Plain(call.Text)))
                        yield return $"{step.Kind}, {step.Title}: says {text}, calls {call.Text}";
                    if (call.Name is "execve" && !call.Failed)
                        yield break;
                }
            }
        }

        // Our text as a pattern: "..." stands for what it does not tell.
        private static Regex Pattern(string text) =>
            new($"^{Regex.Escape(Plain(text)).Replace(@"\.\.\.", ".*", StringComparison.Ordinal)}$",
                RegexOptions.Singleline);

        // The differences between the two ways to write the same arguments.
        private static string Plain(string call)
        {
            call = Variables().Replace(call, "[/* $1 vars */]");
            call = Remarks().Replace(call, "");
            call = call.Replace("~0U", "4294967295", StringComparison.Ordinal)
                .Replace("IPPROTO_IP", "0", StringComparison.Ordinal)
                .Replace("SUID_DUMP_DISABLE", "0", StringComparison.Ordinal)
                .Replace("MOUNT_ATTR_SIZE_VER0", "32", StringComparison.Ordinal)
                .Replace("O_LARGEFILE|", "", StringComparison.Ordinal);
            call = Hexadecimal()
                .Replace(call, m => Convert.ToInt64(m.Groups[1].Value, 16).ToString(CultureInfo.InvariantCulture));
            call = call.Replace("{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}", "{sa_handler=SIG_DFL}",
                StringComparison.Ordinal);
            call = Kibi()
                .Replace(call,
                    m => (long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)
                        * 1024).ToString(CultureInfo.InvariantCulture));
            call = Octal().Replace(call, "0");
            call = call.StartsWith("prctl(", StringComparison.Ordinal) ? Zeros().Replace(call, ")") : call;
            return Blanks().Replace(call, " ").Replace("( ", "(", StringComparison.Ordinal)
                .Replace(" )", ")", StringComparison.Ordinal);
        }

        [GeneratedRegex(@"0x[0-9a-f]+ /\* (\d+) vars? \*/")]
        private static partial Regex Variables();

        [GeneratedRegex(@" ?/\* .*? \*/")]
        private static partial Regex Remarks();

        [GeneratedRegex(@"\b0x([0-9a-f]+)\b")]
        private static partial Regex Hexadecimal();

        [GeneratedRegex(@"\b(\d+)\*1024\b")]
        private static partial Regex Kibi();

        [GeneratedRegex(@"\b0+(?=\d)")]
        private static partial Regex Octal();

        [GeneratedRegex(@"(, 0)+\)$")]
        private static partial Regex Zeros();

        [GeneratedRegex(@" +")]
        private static partial Regex Blanks();
    }

    /// <summary>A step of minic's own: the calls that change something are those that it names.</summary>
    private static partial class HostStep
    {
        // Kinds whose words are not their calls, and why; no other may become one.
        private static readonly Dictionary<string, string> InOtherWords = new()
        {
            ["CopyUp"] = "a tree is copied: its words are those of cp(1), its calls a few for each file",
            ["JoinNetwork"] = "the journal of what is shared, of which no step tells",
            ["JoinHost"] = "the journal of what is shared, of which no step tells",
        };

        public static IEnumerable<string> Differences(ListedStep step, IReadOnlyList<TracedCall> calls)
        {
            if (InOtherWords.ContainsKey(step.Kind))
                yield break;
            var memory = calls.Where(c => c.Name == "memfd_create").Select(c => c.Result).ToHashSet();
            var effects = calls.Where(c => !c.Failed && !WritesTo(c, memory)).Select(Effect).OfType<string>().ToList();
            foreach (var effect in effects.Where(e => !step.Calls.Any(text => Names(text, e))).Distinct())
                yield return $"{step.Kind}, {step.Title}: does not say {effect}";
            // Of what is tried in turn, the first that is there ends the search.
            foreach (var text in
                step.Calls.Where(t => !t.Contains("), if ", StringComparison.Ordinal)
                    && !t.StartsWith("openat2(", StringComparison.Ordinal)
                && !t.StartsWith("IPCTNL_MSG_CT_DELETE of", StringComparison.Ordinal)))
            {
                if (!effects.Any(e => Names(text, e)) && !calls.Any(c => Names(text, c.Text)))
                    yield return $"{step.Kind}, {step.Title}: says {text}, which was not called";
            }
        }

        // A file of memory is nobody else's.
        private static bool WritesTo(TracedCall call, HashSet<string> descriptors) =>
            call.Name is "write" or "pwrite64"
            && descriptors.Contains(call.Text[(call.Name.Length + 1)..].Split(',')[0]);

        private static bool Names(string text, string effect)
        {
            var (said, done) = (NameOf(text), NameOf(effect));
            if (said != done)
                return false;
            // What is written stands in the lines of the file that is written to; of a message the kind is enough.
            return done is "write" or "nft" || done.StartsWith("RTM_", StringComparison.Ordinal)
                || FirstString(effect) is not { } path || FirstString(text) is null || Pattern(text).IsMatch(path);
        }

        // A text's first string, in which PID and FD stand for numbers that nobody knows before.
        private static Regex Pattern(string text) => new(
            "^" + Regex.Escape(FirstString(text) ?? "").Replace("PID", @"\w+", StringComparison.Ordinal)
                .Replace("FD", @"\d+", StringComparison.Ordinal) + "$");

        // A call that changes something, or none.
        private static string? Effect(TracedCall call) => NameOf(call.Text) switch
        {
            "mkdir" or "rmdir" or "unlink" or "symlink" or "mknod" or "mount" or "umount2" or "open_tree"
                or "move_mount"
                or "mount_setattr" or "chmod" or "chown" or "unshare" or "bpf" or "kill" or "pidfd_send_signal"
                or "rename"
                or "fsopen" or "fsconfig" or "fsmount" or "write" or "nft" => call.Text,
            "clone3" or "clone" when !call.Text.Contains("CLONE_THREAD", StringComparison.Ordinal) => call.Text,
            "open" when Writes().IsMatch(call.Text) && !call.Text.Contains("\"/dev/null\"", StringComparison.Ordinal) =>
                call.Text,
            var name when name.StartsWith("RTM_", StringComparison.Ordinal)
                && !name.StartsWith("RTM_GET", StringComparison.Ordinal) => call.Text,
            _ => null,
        };

        // The older call's name, which people know; of a message to rtnetlink or nftables, what it asks for.
        private static string NameOf(string call)
        {
            var name = Word().Match(call).Value;
            // A line of nft's language.
            if (!call.StartsWith(name + "(", StringComparison.Ordinal)
                && !name.StartsWith("IPCTNL", StringComparison.Ordinal))
                return "nft";
            return name switch
            {
                "openat" => "open",
                "mkdirat" => "mkdir",
                "unlinkat" => call.Contains("AT_REMOVEDIR", StringComparison.Ordinal) ? "rmdir" : "unlink",
                "symlinkat" => "symlink",
                "mknodat" or "mkfifo" => "mknod",
                "fchmod" or "fchmodat" => "chmod",
                "fchown" or "fchownat" => "chown",
                "pwrite64" => "write",
                "sendto" or "sendmsg" when call.Contains("NFNL_MSG_BATCH_BEGIN", StringComparison.Ordinal) => "nft",
                "sendto" or "sendmsg" when call.Contains("NFNL_SUBSYS_CTNETLINK", StringComparison.Ordinal) =>
                    "IPCTNL_MSG_CT_GET",
                "sendto" or "sendmsg" when Message().Match(call) is { Success: true } message =>
                    MessageName(message.Groups[1].Value),
                _ => name,
            };
        }

        // strace does not know what a socket is for that was made in another network namespace.
        private static string MessageName(string type) => type switch
        {
            "0x10" => "RTM_NEWLINK",
            "0x11" => "RTM_DELLINK",
            "0x12" => "RTM_GETLINK",
            "0x13" => "RTM_SETLINK",
            "0x14" => "RTM_NEWADDR",
            "0x15" => "RTM_DELADDR",
            "0x16" => "RTM_GETADDR",
            "0x18" => "RTM_NEWROUTE",
            "0x1a" => "RTM_GETROUTE",
            _ => type,
        };

        private static string? FirstString(string call) =>
            Quoted().Match(call) is { Success: true } match ? match.Groups[1].Value : null;

        [GeneratedRegex(@"nlmsg_type=(\w+)")]
        private static partial Regex Message();

        [GeneratedRegex(@"^\w+")]
        private static partial Regex Word();

        [GeneratedRegex(@"O_WRONLY|O_RDWR|O_CREAT")]
        private static partial Regex Writes();

        [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
        private static partial Regex Quoted();
    }
}
