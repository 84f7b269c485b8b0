// Where a test runs a container engine: besides a MinicWorld's, a pid namespace, with which all that the engine has started
// ends, and file systems of its own where engines keep things, whatever they are told. Nothing runs as a service.

namespace MiniContainer.Cli.Tests.Engines;

internal static class EngineWorld
{
    // minic is called with no --root here, as engines do: its state is in the new /run. What an engine makes of cgroups above
    // its containers' is its own affair, and is taken away at the end.
    private const string Frame = """
        for d in /run /dev/shm /var/lib/containers /var/lib/cni; do [ ! -d $d ] || mount -t tmpfs tmpfs $d; done
        export TMPDIR=$TMP XDG_RUNTIME_DIR=$TMP HOME=$TMP
        timeout 100 unshare --pid --fork --mount-proc --kill-child bash engine 2>&1
        left=$(find /run/minic -type f 2>/dev/null)
        # Where a controller is not mounted podman makes plain directories, and files in them.
        for d in /sys/fs/cgroup/*; do [ ! -d $d/$N ] || mountpoint -q $d || { rm -r $d/$N; rmdir $d; }; done
        for d in $(find /sys/fs/cgroup -depth -path "*/$N/*" -type d 2>/dev/null); do case $d in */conmon) rmdir $d ;; *) left="$left $d" ;; esac; done
        for d in $(find /sys/fs/cgroup -depth -name $N -type d 2>/dev/null); do rmdir $d; done
        echo "left: $left"

        """;

    /// <summary>Runs a script there.</summary>
    /// <returns>All that it prints, and last what minic has left.</returns>
    public static string Engine(this MinicWorld world, string program, string script)
    {
        var found = new[] { "/usr/bin", "/usr/sbin" }.Any(d => File.Exists(Path.Combine(d, program)));
        Skip.IfNot(found, $"needs {program}: scripts/setup engines");
        File.WriteAllText(Path.Combine(world.Temporary, "engine"), script);
        return world.Sh(Frame).Output;
    }
}
