// What networks are made of: rules by nft's own library, a bridge, veth pairs (nft(8), veth(4), bridge(8)).

using MiniContainer.Kernel;

namespace MiniContainer.Cli.Doctor;

/// <summary>Examines the network.</summary>
internal static class NetworkChecks
{
    private const string Area = "network";
    private const string ForNetworks = "minic pod run, and --net of minic run, for root";

    /// <summary>All of them.</summary>
    /// <param name="caller">Who asks.</param>
    public static IEnumerable<Finding> All(Caller caller)
    {
        var library = Trial.NftablesLibrary();
        yield return library is null
            ? new(Area, "libnftables", Verdict.Ok, "it is found", ForNetworks)
            : new(Area, "libnftables", caller.OwnsNetwork ? Verdict.Missing : Verdict.Note, "it cannot be loaded",
                ForNetworks)
            {
                Remedy = "apt-get install libnftables1",
            };
        // Any other caller's container has a network with nothing in it, or the host's.
        if (caller.OwnsNetwork)
        {
            if (library is null)
                yield return InKernel("nftables", "nf_tables", Trial.Nftables);
            yield return InKernel("bridge", "bridge", Trial.Bridge);
            yield return InKernel("veth", "veth", Trial.Veth);
        }

        yield return new(Area, "forwarding", Verdict.Ok,
            Knob.TryRead("/proc/sys/net/ipv4/ip_forward") == "1"
                ? "on" : "off: minic turns it on with its first bridge",
            ForNetworks);
        yield return Programs();
    }

    private static Finding InKernel(string name, string module, Func<string?> attempt)
    {
        if (KernelModule.WouldLoad(module))
            return new(Area, name, Verdict.Ok, "a module, which the kernel loads when it is used", ForNetworks);
        return attempt() is { } failed
            ? new(Area, name, Verdict.Missing, failed, ForNetworks) { Remedy = $"modprobe {module}" }
            : new(Area, name, Verdict.Ok, "the kernel has it", ForNetworks);
    }

    private static Finding Programs()
    {
        const string what = "--by-hand scripts and the labs; minic needs neither";
        (string Program, string Package)[] all = [("ip", "iproute2"), ("nft", "nftables")];
        var absent = all.Where(p => ProgramPath.Find(p.Program, "/usr/sbin", "/sbin") is null).ToList();
        return absent.Count == 0
            ? new(Area, "programs", Verdict.Ok, "ip, nft", what)
            : new(Area, "programs", Verdict.Note,
                $"not installed: {string.Join(", ", absent.Select(p => p.Program))}", what)
            {
                Remedy = $"apt-get install {string.Join(" ", absent.Select(p => p.Package))}",
            };
    }
}
