// Why a file could not be read or written, in the kernel's words. The texts of .NET's own exceptions are left out of a
// program that is compiled ahead of time; the error number is not.

using MiniContainer.Kernel;

namespace MiniContainer.Labs.Course;

/// <summary>Gives reasons.</summary>
internal static class Reason
{
    /// <summary>The reason of a failure of input or output.</summary>
    public static string Of(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => Errno.Describe(Errno.ENOENT),
        UnauthorizedAccessException => Errno.Describe(Errno.EACCES),
        // Where .NET knows no exception of its own, the error number is kept as it came.
        { HResult: > 0 and < 200 } => Errno.Describe(e.HResult),
        _ => e.Message,
    };
}
