// Where progress is kept: a small file for each lab in $XDG_STATE_HOME/minic-lab, outside of everything that a lab
// tells the learner to break. Files are replaced, never written over, so that a full disk or a kill leaves the last
// state.

using System.Globalization;
using System.Text.Json;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Learning;

/// <summary>The memory of a learner's progress.</summary>
/// <param name="Path">Its directory.</param>
internal sealed record Progress(string Path)
{
    /// <summary>This user's.</summary>
    /// <remarks>
    /// XDG Base Directory Specification: state is what should outlive a restart, but is not precious.
    /// </remarks>
    public static Progress Own()
    {
        var home = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } set
            && System.IO.Path.IsPathRooted(set)
            ? set
            : System.IO.Path.Combine(Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } own ? own : "/root",
                ".local/state");
        return new Progress(System.IO.Path.Combine(home, "minic-lab"));
    }

    /// <summary>The name of the lab that was started last; null if none was.</summary>
    public string? Current => Knob.TryRead($"{Path}/current");

    /// <summary>Remembers which lab was started last.</summary>
    public void SetCurrent(Lab lab) => Write("current", lab.Name + "\n");

    /// <summary>Whether a lab was begun.</summary>
    public bool HasBegun(Lab lab) => File.Exists(FileOf(lab));

    /// <summary>The state of a lab; an empty one where it was not begun.</summary>
    public LabState Load(Lab lab)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(FileOf(lab)), LabStateJson.Default.LabState)
                ?? new LabState();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new LabState();
        }
        catch (JsonException e)
        {
            throw new MinicException("read your progress", $"{FileOf(lab)} is damaged",
                $"Begin the lab anew: lab reset {lab.Name} --progress.", inner: e);
        }
    }

    /// <summary>Changes the state of a lab; two terminals do so one after the other.</summary>
    /// <returns>The new state.</returns>
    public LabState Update(Lab lab, Func<LabState, LabState> change)
    {
        Directory.CreateDirectory(Path);
        using var handle = Directories.Open(Path)!;
        _ = Directories.Lock(handle, wait: true);
        var state = change(Load(lab));
        Write(lab.Name + ".json", JsonSerializer.Serialize(state, LabStateJson.Default.LabState) + "\n");
        return state;
    }

    /// <summary>Forgets a lab.</summary>
    public void Forget(Lab lab)
    {
        if (File.Exists(FileOf(lab)))
            File.Delete(FileOf(lab));
    }

    /// <summary>The step that is to be done next; null if all have passed.</summary>
    public static LabStep? Open(Lab lab, LabState state) => lab.Steps.FirstOrDefault(s => !state.Passed.Contains(s.Id));

    /// <summary>Replaces a file.</summary>
    public void Write(string name, string text)
    {
        var file = $"{Path}/{name}";
        try
        {
            Directory.CreateDirectory(Path);
            var written = string.Create(CultureInfo.InvariantCulture, $"{file}.{Environment.ProcessId}");
            File.WriteAllText(written, text);
            File.Move(written, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MinicException("remember your progress", $"{file}: {Reason.Of(e)}",
                $"Is the disk full? See df -h {Path}; lab reset --files empties the lab's directory.", inner: e);
        }
    }

    private string FileOf(Lab lab) => $"{Path}/{lab.Name}.json";
}
