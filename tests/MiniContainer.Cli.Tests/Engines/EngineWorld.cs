// Where a test runs a container engine: besides a MinicWorld's, a pid namespace, with which all that the engine has
// started ends, and file systems of its own where engines keep things, whatever they are told. Nothing runs as a
// service.

namespace MiniContainer.Cli.Tests.Engines;

internal static class EngineWorld
{
    // minic is called with no --root here, as engines do: its state is in the new /run. What an engine makes of cgroups
    // above its containers' is its own affair, and is taken away at the end.
    private const string Frame = """
        for d in /run /dev/shm /var/lib/containers /var/lib/cni; do [ ! -d $d ] || mount -t tmpfs tmpfs $d; done
        export TMPDIR=$TMP XDG_RUNTIME_DIR=$TMP HOME=$TMP
        timeout $((100 * ${MINIC_PACE:-1})) unshare --pid --fork --mount-proc --kill-child bash engine 2>&1
        left=$(find /run/minic -type f 2>/dev/null)
        # Where a controller is not mounted podman makes plain directories, and files in them.
        for d in /sys/fs/cgroup/*; do [ ! -d $d/$N ] || mountpoint -q $d || { rm -r $d/$N; rmdir $d; }; done
        for d in $(find /sys/fs/cgroup -depth -path "*/$N/*" -type d 2>/dev/null); do case $d in */conmon) rmdir $d ;; *) left="$left $d" ;; esac; done
        for d in $(find /sys/fs/cgroup -depth -name $N -type d 2>/dev/null); do rmdir $d; done
        echo "left: $left"

        """;

    /// <summary>
    /// A function of the shell that writes the root file system to image.tar, as an image of the OCI:
    /// localhost/busybox.
    /// </summary>
    public const string Image = """
        image() {
            mkdir -p image/blobs/sha256; cd image; echo '{"imageLayoutVersion": "1.0.0"}' > oci-layout
            # A blob's descriptor: its digest and size, and its kind.
            blob() { cat > blob; digest=$(sha256sum < blob | cut -c 1-64); size=$(stat -c %s blob); mv blob blobs/sha256/$digest; echo "\"mediaType\": \"application/vnd.oci.image.$1\", \"digest\": \"sha256:$digest\", \"size\": $size"; }
            layer=$(tar -C $ROOTFS -c . | blob layer.v1.tar); layers=$(echo "$layer" | grep -o 'sha256:[0-9a-f]*')
            config=$(echo "{\"architecture\": \"amd64\", \"os\": \"linux\", \"config\": {\"Cmd\": [\"sh\", \"-c\", \"exec sleep 1000\"], \"Env\": [\"PATH=/bin\"]}, \"rootfs\": {\"type\": \"layers\", \"diff_ids\": [\"$layers\"]}}" | blob config.v1+json)
            manifest=$(echo "{\"schemaVersion\": 2, \"config\": {$config}, \"layers\": [{$layer}]}" | blob manifest.v1+json)
            echo "{\"schemaVersion\": 2, \"manifests\": [{$manifest, \"annotations\": {\"io.containerd.image.name\": \"localhost/busybox:latest\"}}]}" > index.json
            cd ..; tar -C image -cf image.tar .
        }

        """;

    /// <summary>Runs a script there.</summary>
    /// <returns>All that it prints, and last what minic has left.</returns>
    public static string Engine(this MinicWorld world, string program, string script)
    {
        var found = new[] { "/usr/bin", "/usr/sbin" }.Any(d => File.Exists(Path.Combine(d, program)));
        Assert.SkipUnless(found, $"needs {program}: scripts/setup engines");
        File.WriteAllText(Path.Combine(world.Temporary, "engine"), script);
        return world.Sh(Frame).Output;
    }
}
