// The names that Kubernetes allows, so that each can be a host name: RFC 1123 (lower-case letters, digits and '-').
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

using MiniContainer.Documents;

namespace MiniContainer.Pods.Manifest;

/// <summary>Reads names and checks them.</summary>
internal static class ManifestNames
{
    /// <summary>A DNS label: one part of a name, up to 63 characters.</summary>
    public static string Label(YamlMap map, string field)
    {
        var name = map.Required(field, "Write a name of lower-case letters, digits and '-'.");
        if (name.Length > 63)
        {
            map.Bad(field, $"the name is {name.Length} characters long", "Kubernetes allows 63.");
        }
        else if (name.Length > 0 && !IsLabel(name))
        {
            map.Bad(field, $"\"{name}\" is no DNS label",
                Suggest(name, "lower-case letters, digits and '-', with a letter or digit at both ends"));
        }

        return name;
    }

    /// <summary>A DNS subdomain: labels with dots between them, up to 253 characters.</summary>
    public static string Subdomain(YamlMap map, string field)
    {
        var name = map.Required(field, "Write a name of lower-case letters, digits, '-' and '.'.");
        if (name.Length > 253)
        {
            map.Bad(field, $"the name is {name.Length} characters long", "Kubernetes allows 253.");
        }
        else if (name.Length > 0 && !name.Split('.').All(IsLabel))
        {
            map.Bad(field, $"\"{name}\" is no DNS name",
                Suggest(name, "lower-case letters, digits, '-' and '.', with a letter or digit at both ends"));
        }

        return name;
    }

    private static bool IsLabel(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
        && name[0] != '-' && name[^1] != '-';

    private static string Suggest(string name, string rule)
    {
        var tidy = name.ToLowerInvariant().Replace('_', '-').Replace(' ', '-').Trim('-');
        return tidy != name && tidy.Split('.').All(IsLabel) ? $"Did you mean {tidy}?" : $"Use {rule}.";
    }
}
