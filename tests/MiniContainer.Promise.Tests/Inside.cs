// A pod from inside, in words: each process, what it may do, what it sees mounted, whom it shares namespaces with, its
// network, its limits. Two pods whose words are the same cannot be told apart; pids, ids of namespaces and times are
// left out.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MiniContainer.Kernel;

namespace MiniContainer.Promise.Tests;

internal static partial class Inside
{
    private static readonly string[] Fields = ["Umask", "Uid", "Gid", "Groups", "SigBlk", "SigIgn", "CapInh", "CapPrm",
        "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"];

    private static readonly string[] Limits =
    [
        "pids.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes", "cpu.shares",
        "cpu.cfs_quota_us", "cpu.cfs_period_us", "devices.list",
        "memory.max", "memory.swap.max", "cpu.max", "cpu.weight", "cgroup.subtree_control",
    ];

    /// <summary>A pod, or any container, by the name that its cgroups begin with.</summary>
    public static string Of(World world, string name)
    {
        var text = new StringBuilder();
        var cgroups = Snapshot.CgroupsOf(name);
        foreach (var cgroup in cgroups.Order(StringComparer.Ordinal))
        {
            foreach (var file in Limits.Select(l => $"{cgroup}/{l}").Where(File.Exists))
                text.Append(CultureInfo.InvariantCulture,
                    $"{file}: {string.Join(", ", File.ReadAllLines(file).Order(StringComparer.Ordinal))}\n");
        }

        // Namespaces by the first who is seen in them; the world's own come first.
        var seen = new List<string>(Namespaces(world.Pid));
        foreach (var (role, pid) in Processes(cgroups))
            Process(text, role, pid, seen);
        return text.ToString();
    }

    /// <summary>Whether all processes have become what they stay: no shell is on the way to anything.</summary>
    public static bool AtRest(string look) => !Shell().IsMatch(look);

    private static IEnumerable<(string Role, int Pid)> Processes(IEnumerable<string> cgroups) =>
        cgroups.SelectMany(c => File.ReadAllLines($"{c}/cgroup.procs")
            .Select(p => (Role: Path.GetFileName(c), Pid: int.Parse(p, CultureInfo.InvariantCulture))))
            .Distinct().OrderBy(p => p.Role, StringComparer.Ordinal)
            .ThenBy(p => Command(p.Pid), StringComparer.Ordinal);

    private static string Command(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');

    private static string[] Namespaces(int pid) =>
        [.. Directory.GetFiles($"/proc/{pid}/ns").Where(n => !n.EndsWith("_for_children", StringComparison.Ordinal))
            .Select(n => new FileInfo(n).LinkTarget!).Order(StringComparer.Ordinal)];

    private static void Process(StringBuilder text, string role, int pid, List<string> seen)
    {
        // By hand it is sleep(1), called from the host's root: the one thing that is said to differ.
        var pause = role == "sandbox";
        text.Append(CultureInfo.InvariantCulture, $"{role}: {(pause ? "pause" : Command(pid))}\n");
        if (!pause)
            text.Append(CultureInfo.InvariantCulture, $"  directory {new FileInfo($"/proc/{pid}/cwd").LinkTarget}\n");
        var status = File.ReadAllLines($"/proc/{pid}/status");
        text.AppendJoin("",
            Fields.Select(f => status.FirstOrDefault(l => l.StartsWith(f + ":", StringComparison.Ordinal)))
                .Select(l => $"  {l}\n"));
        text.Append(CultureInfo.InvariantCulture,
            $"  numbers {status.First(l => l.StartsWith("NSpid", StringComparison.Ordinal)).Split('\t').Length - 1}, "
                + $"session its own: {Session(pid)}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"  root {new FileInfo($"/proc/{pid}/root").LinkTarget}, oom "
                + $"{File.ReadAllText($"/proc/{pid}/oom_score_adj").Trim()}\n");
        text.AppendJoin("",
            File.ReadAllText($"/proc/{pid}/environ").Split('\0').Order(StringComparer.Ordinal)
                .Select(e => $"  env {e}\n"));
        text.AppendJoin("",
            Directory.GetFiles($"/proc/{pid}/fd").Order(StringComparer.Ordinal)
                .Select(f =>
                    $"  fd {Path.GetFileName(f)} {Numbers().Replace(new FileInfo(f).LinkTarget ?? "", "")}\n"));
        text.AppendJoin("", File.ReadAllLines($"/proc/{pid}/limits").Select(l => $"  {l}\n"));
        text.AppendJoin("", File.ReadAllLines($"/proc/{pid}/cgroup").Select(l => $"  cgroup {l}\n"));
        text.AppendJoin("",
            File.ReadAllLines($"/proc/{pid}/mountinfo").Select(Mount).Order(StringComparer.Ordinal)
                .Select(m => $"  mount {m}\n"));
        foreach (var space in Namespaces(pid))
        {
            if (!seen.Contains(space))
                seen.Add(space);
            text.Append(CultureInfo.InvariantCulture, $"  namespace {space.Split(':')[0]} {seen.IndexOf(space)}\n");
        }

        using var netns = NetworkNamespace.Open($"/proc/{pid}/ns/net");
        text.AppendJoin("",
            Snapshot.Network(netns)
                .SelectMany(p => p.Lines.Order(StringComparer.Ordinal).Select(l => $"  {p.Part}: {l}\n")));
    }

    private static bool Session(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3] == pid.ToString(CultureInfo.InvariantCulture);
    }

    // "36 35 98:0 /root /point options master:1 - type source superoptions": the numbers are handed out anew each time,
    // and a mount that was picked up early has an early one.
    private static string Mount(string line)
    {
        var words = line.Split(' ');
        var dash = Array.IndexOf(words, "-");
        return string.Join(' ',
            [.. words[3..6], .. words[6..dash].Select(w => w.Split(':')[0]), .. words[(dash + 1)..]]);
    }

    [GeneratedRegex(":\\[[0-9]+\\]")]
    private static partial Regex Numbers();

    [GeneratedRegex("^[a-z-]+: (sh |[^ ]*setpriv|[^ ]*ld-linux)", RegexOptions.Multiline)]
    private static partial Regex Shell();
}
