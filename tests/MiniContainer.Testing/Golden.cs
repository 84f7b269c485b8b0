// Golden files: what a test expects to see, kept beside it as a file that people can read. MINIC_GOLDEN=write rewrites
// them all; git diff then shows what changed.

using System.Runtime.CompilerServices;

namespace MiniContainer.Testing;

/// <summary>Compares text with a file under <c>Golden/</c> beside the test that calls it.</summary>
public static class Golden
{
    /// <summary>Fails with a readable difference unless the text is the file's.</summary>
    /// <param name="actual">What the code made.</param>
    /// <param name="name">The file's name below <c>Golden/</c>, with its extension.</param>
    /// <param name="testFile">Filled in by the compiler.</param>
    public static void Check(string actual, string name, [CallerFilePath] string testFile = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(testFile)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("MINIC_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        File.Exists(path).Should().BeTrue($"the golden file {path} should exist; MINIC_GOLDEN=write makes it");
        actual.Should().Be(File.ReadAllText(path), $"{name} is golden; MINIC_GOLDEN=write rewrites it");
    }
}
