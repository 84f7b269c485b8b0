// Reads lab.yaml. All that is wrong with it is told at once, with line and column, and an unknown field is wrong: a
// mistyped "hints" must not make a step without hints.

using System.Text.RegularExpressions;
using MiniContainer.Documents;
using MiniContainer.Kernel;
using YamlDotNet.RepresentationModel;

namespace MiniContainer.Labs.Course;

/// <summary>Reads descriptions of labs.</summary>
internal static partial class LabReader
{
    private const string Doing = "read the lab";

    /// <summary>Reads a lab's folder.</summary>
    /// <param name="directory">labs/04-pid.</param>
    /// <exception cref="MinicException">There is no lab.yaml, or all that is wrong with it.</exception>
    public static Lab Load(string directory)
    {
        var path = Path.Combine(directory, "lab.yaml");
        try
        {
            return Parse(directory, path, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException(Doing, $"{path}: {Reason.Of(e)}",
                "Is this copy of the labs whole? See git status.", inner: e);
        }
    }

    /// <summary>Reads a description.</summary>
    /// <param name="directory">The lab's folder.</param>
    /// <param name="file">What to call the text in errors.</param>
    /// <param name="yaml">The text.</param>
    /// <exception cref="MinicException">All that is wrong with it, with line and column.</exception>
    public static Lab Parse(string directory, string file, string yaml)
    {
        var documents = YamlText.Documents(Doing, file, yaml);
        if (documents.Count != 1 || documents[0].RootNode is not YamlMappingNode root)
            throw new MinicException(Doing, $"{file}: this is no description of a lab",
                "It begins with title: and has steps:.");
        var notes = new YamlNotes();
        var lab = ReadLab(directory, new YamlMap(root, "", notes));
        return notes.Problems.All.Count == 0 ? lab : throw notes.Problems.ToException(Doing, file, notes.Locate);
    }

    private static Lab ReadLab(string directory, YamlMap map)
    {
        var lab = new Lab(directory)
        {
            Title = map.Required("title", "Say what the lab is called."),
            Idea = map.Required("idea", "Say the one idea in a line."),
            Sources = map.Texts("sources"),
            Minutes = (int)(map.Number("minutes", 1, 240) ?? 0),
            Needs = ReadNeeds(map),
            Files = [.. map.Maps("files").Select(ReadFile)],
            Inputs = ReadInputs(map.Map("inputs")),
            Transcript = map.Strings("transcript"),
            Patterns = [.. map.Maps("patterns").Select(ReadPattern)],
            Steps = [.. map.Maps("steps").Select(ReadStep)],
        };
        if (!map.Has("minutes"))
            map.Bad("minutes", "the required field \"minutes\" is missing", "Say how long the lab takes.");
        foreach (var name in lab.Transcript.Keys.Except(lab.Inputs.Keys))
            map.Map("transcript").Bad(name, "there is no such input", "Name it under inputs too.");
        if (lab.Steps.Count == 0)
            map.Bad("steps", "there are none", "Write at least one.");
        foreach (var twice in lab.Steps.GroupBy(s => s.Id).Where(g => g.Count() > 1))
            map.Bad("steps", $"two have the id {twice.Key}", "Give each an id of its own.");
        map.End();
        return lab;
    }

    private static LabFile ReadFile(YamlMap map)
    {
        var file = new LabFile(map.Required("path", "Say where the learner finds it."),
            map.Required("from", "Say which file it is, from the lab's folder."));
        if (Path.IsPathRooted(file.Path) || file.Path.Split('/').Contains(".."))
            map.Bad("path", "it is not below the learner's directory", "Write a relative path without \"..\".");
        map.End();
        return file;
    }

    private static Dictionary<string, string> ReadInputs(YamlMap map)
    {
        var inputs = new Dictionary<string, string>();
        foreach (var name in map.Names)
        {
            if (!InputName().IsMatch(name) || name.StartsWith("LAB", StringComparison.Ordinal) || IsShells(name))
                map.Bad(name, "it cannot be an input",
                    "Use capital letters, digits and underscores; LAB…, and what a shell has itself, are taken.");
            inputs[name] = map.Choice(name, [.. Course.Inputs.Kinds]);
        }

        map.End();
        return inputs;
    }

    private static string ReadPattern(YamlMap map)
    {
        _ = map.Required("name", "Say what it stands for.");
        var regex = map.Required("regex", "Write a regular expression.");
        try
        {
            _ = new Regex(regex);
        }
        catch (ArgumentException e)
        {
            map.Bad("regex", e.Message.TrimEnd('.'), "Write a regular expression as .NET knows them.");
        }

        map.End();
        return regex;
    }

    private static LabStep ReadStep(YamlMap map)
    {
        var id = map.Required("id", "Give it a name of lower-case letters, digits and '-'.");
        if (id.Length > 0 && !StepId().IsMatch(id))
            map.Bad("id", $"\"{id}\" cannot be an id", "Use lower-case letters, digits and '-'.");
        var title = map.Required("title", "Say what the step is called.");
        var instruction = map.Required("instruction", "Say what to do.");
        var check = map.Required("check", "Write a bash script that looks at the world.");
        var hints = map.Texts("hints");
        if (hints.Count == 0)
            map.Bad("hints", "there are none", "Write at least one that does not give the answer.");
        var step = new LabStep(id, title, instruction, check, CheckLine(map, check), hints, ReadNeeds(map));
        map.End();
        return step;
    }

    // A block ("|") begins on the line after its name.
    private static int CheckLine(YamlMap map, string check) =>
        (map.Notes.Locate(map.Sub("check"))?.Line ?? 1) + (check.Contains('\n', StringComparison.Ordinal) ? 1 : 0);

    private static IReadOnlyList<string> ReadNeeds(YamlMap map)
    {
        var needs = map.Texts("needs");
        foreach (var need in needs.Where(n => !Abilities.Known(n)))
            map.Bad("needs", $"\"{need}\" is not known here",
                NearestName.Ask(need, Abilities.Names,
                    $"Known are {string.Join(", ", Abilities.Names)} and program:NAME."));
        return needs;
    }

    private static bool IsShells(string name) =>
        name is "PATH" or "HOME" or "USER" or "SHELL" or "TERM" or "PWD" or "LANG" or "IFS" or "PS1";

    [GeneratedRegex("^[A-Z][A-Z0-9_]*$")]
    private static partial Regex InputName();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*$")]
    private static partial Regex StepId();
}
