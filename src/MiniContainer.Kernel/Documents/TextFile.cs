// Text that people write, and minic reads: UTF-8, or an error. .NET would put U+FFFD for what is not, in silence.

using System.Text;

namespace MiniContainer.Kernel.Documents;

/// <summary>Reads text strictly.</summary>
public static class TextFile
{
    /// <summary>The text of a file.</summary>
    /// <param name="doing">What is being done, for an error: "read the pod".</param>
    /// <param name="path">The file.</param>
    /// <exception cref="MinicException">It is not UTF-8, or the working directory is gone.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(string doing, string path)
    {
        using var file = File.OpenRead(HostPath.Absolute(path, doing));
        return ReadAll(doing, path, file);
    }

    /// <summary>The text of a stream.</summary>
    /// <inheritdoc cref="Read"/>
    public static string ReadAll(string doing, string path, Stream stream)
    {
        try
        {
            using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new MinicException(doing, $"{path}: the text is not UTF-8", "Save it as UTF-8.", inner: e);
        }
    }
}
