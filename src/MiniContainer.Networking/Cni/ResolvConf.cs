// The resolv.conf(5) of a container, as text: from the network's DNS settings, or from the host's if it has none.
// Lab 22-cni. A container cannot reach name servers on the host's loopback, so those are left out.

using System.Net;
using System.Text;
using MiniContainer.Kernel;
using MiniContainer.Networking.Cni;
using MiniContainer.Plans.Steps;
using Dns = MiniContainer.Networking.Cni.Dns;

namespace MiniContainer.Networking;

/// <summary>Composes the resolv.conf of a container.</summary>
public static class ResolvConf
{
    /// <summary>Where the host's is.</summary>
    public const string HostPath = "/etc/resolv.conf";

    // systemd-resolved listens on 127.0.0.53 alone, and writes the servers behind it here.
    private const string ResolvedPath = "/run/systemd/resolve/resolv.conf";

    /// <summary>The text for an attachment.</summary>
    /// <param name="dns">
    /// The network's settings, out of <see cref="Result.Dns"/>; null or without servers for the host's.
    /// </param>
    public static string Text(Dns? dns) => dns?.Nameservers is { Count: > 0 } ? Compose(dns) : OfHost();

    /// <summary>The step that writes it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="dns">As for <see cref="Text"/>.</param>
    public static WriteFile Write(string path, Dns? dns) => new(path, Text(dns))
    {
        Why = "Whom to ask for names, from in there.",
    };

    /// <summary>The settings as text.</summary>
    public static string Compose(Dns dns)
    {
        var text = new StringBuilder();
        foreach (var server in dns.Nameservers ?? [])
            text.Append("nameserver ").Append(server).Append('\n');
        if (dns.Domain is { Length: > 0 } domain)
            text.Append("domain ").Append(domain).Append('\n');
        if (dns.Search is { Count: > 0 } search)
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        if (dns.Options is { Count: > 0 } options)
            text.Append("options ").AppendJoin(' ', options).Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// The settings of a resolv.conf(5); of a keyword that is there twice, the last wins, as for the resolver.
    /// </summary>
    public static Dns Parse(string text)
    {
        var (servers, search, options, domain) = (new List<string>(), (string[])[], new List<string>(), (string?)null);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..]: servers.Add(server); break;
                case ["domain", var name, ..]: domain = name; break;
                case ["search", .. var names]: search = names; break;
                case ["options", .. var more]: options.AddRange(more); break;
                default: break;
            }
        }

        return new Dns { Nameservers = servers, Domain = domain, Search = search, Options = options };
    }

    /// <summary>The settings of a file that a network names as its source.</summary>
    /// <exception cref="MinicException">It cannot be read.</exception>
    public static Dns Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException("read the network's DNS settings", $"{path}: {e.Message}",
                "ipam.resolvConf names a file on the host.", inner: e);
        }
    }

    private static string OfHost()
    {
        var dns = Parse(Read(HostPath));
        if (dns.Nameservers!.All(IsLoopback) && File.Exists(ResolvedPath))
            dns = Parse(Read(ResolvedPath));
        return Compose(dns with { Nameservers = [.. dns.Nameservers!.Where(s => !IsLoopback(s))] });
    }

    private static bool IsLoopback(string server) =>
        IPAddress.TryParse(server, out var address) && IPAddress.IsLoopback(address);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
