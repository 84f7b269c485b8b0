// The root file system that the labs' containers live in, out/rootfs/busybox. A learner may have deleted it: lab
// 05-chroot lets them loose in there.

using System.Diagnostics;
using MiniContainer.Kernel;
using MiniContainer.Labs.Course;

namespace MiniContainer.Labs.Learning;

/// <summary>Makes the labs' root file system.</summary>
internal static class RootFileSystem
{
    /// <summary>Makes it where it is not there.</summary>
    /// <param name="course">The course; one without rootfs/build needs none.</param>
    /// <param name="again">Whether to make it anew though it is.</param>
    public static void Ensure(Catalogue course, bool again = false)
    {
        var (build, made) =
            (Path.Combine(course.Root, "rootfs/build"), Path.Combine(course.Root, "out/rootfs/busybox"));
        if (!File.Exists(build) || (!again && File.Exists(made + "/bin/busybox")))
            return;
        // Its builder renames the old tree away, and removes of it what is on the same file system.
        Cleanup.LetGo(made);
        using var process = Process.Start(new ProcessStartInfo(build, ["--force", "busybox"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new MinicException("make the root file system", errors.Result.Trim(),
                "Try it by hand: rootfs/build busybox.");
    }
}
