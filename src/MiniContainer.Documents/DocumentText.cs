// The text of a document, read no further than a document can be long: a path may name a device without an end.

using System.Text;
using MiniContainer.Kernel;

namespace MiniContainer.Documents;

/// <summary>Reads the text of files and streams.</summary>
public static class DocumentText
{
    /// <summary>Reads a file.</summary>
    /// <param name="doing">What is being done, for the errors.</param>
    /// <param name="path">The file.</param>
    /// <param name="missing">What to do when the file is not there, a sentence.</param>
    /// <param name="maxBytes">The longest text, in bytes.</param>
    /// <exception cref="MinicException">There is no such file, it cannot be read, is no UTF-8, or too long.</exception>
    public static string OfFile(string doing, string path, string missing, int maxBytes)
    {
        _ = HostPath.Absolute(path, doing);
        if (Directory.Exists(path))
        {
            throw new MinicException(doing, $"{path}: is a directory", "Name a file.");
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete);
            return OfStream(doing, path, file, maxBytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MinicException(doing, $"{path}: there is no such file", missing, inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new MinicException(doing, $"{path}: permission denied", "Run as root, or chmod the file.", inner: e);
        }
        catch (IOException e)
        {
            throw new MinicException(doing, $"{path}: the file cannot be read", "See dmesg and df.", inner: e);
        }
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="doing">What is being done, for the errors.</param>
    /// <param name="name">What to call it in errors: "standard input".</param>
    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">The longest text, in bytes.</param>
    /// <exception cref="MinicException">It is no UTF-8, or too long.</exception>
    public static string OfStream(string doing, string name, Stream stream, int maxBytes)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = stream.Read(buffer, 0, buffer.Length)) > 0;)
        {
            bytes.Write(buffer, 0, count);
            if (bytes.Length > maxBytes)
            {
                throw new MinicException(doing, $"{name}: more than {maxBytes} bytes are no configuration",
                    "Name a smaller file.");
            }
        }

        try
        {
            // StreamReader, since it takes a byte order mark for what it is.
            bytes.Position = 0;
            using var reader = new StreamReader(bytes, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw new MinicException(doing, $"{name}: the text is not UTF-8", "Save it as UTF-8.", inner: e);
        }
    }
}
