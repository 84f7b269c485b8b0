// The bundles that are made by minic and by hand: Docker's default; one in a user namespace; and all that a bundle can
// ask for and a shell can do.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Verbs;

internal static class ByHandBundles
{
    /// <summary>Writes a bundle below $TMP whose command is a line of the shell.</summary>
    /// <returns>Its directory.</returns>
    public static string Write(MinicWorld world, string kind, string line)
    {
        var path = Path.Combine(world.Temporary, "bundle");
        Directory.CreateDirectory(path);
        Directory.CreateDirectory(Path.Combine(world.Temporary, "hooks"));
        File.WriteAllText(Path.Combine(world.Temporary, "hooks/passwd"), "a file of the host\n");
        // Who is root in a user namespace is nobody outside, and has to get at the root file system.
        world.Sh(
            "chmod 755 . hooks; chmod 777 hooks; touch hooks/log; chmod 666 hooks/log; cp -a \"$ROOTFS\" rootfs; "
                + "chown -R 100000:100000 rootfs").Should().Be(new Outcome(0, "", ""));
        var spec = DefaultSpec.Create(world.Rootfs, ["sh", "-c", line], world.Name);
        spec = spec with
        {
            Mounts = [.. spec.Mounts!, new()
            {
                Destination = "/mnt",
                Source = Path.Combine(world.Temporary, "hooks"),
                Type = "bind",
                Options = ["rbind", "nosuid"],
            }],
        };
        spec = kind switch { "user" => User(spec, world), "everything" => Everything(spec, world), _ => spec };
        File.WriteAllText(Path.Combine(path, "config.json"), SpecJson.Write(spec));
        return path;
    }

    private static Spec User(Spec spec, MinicWorld world) => spec with
    {
        Root = new Root { Path = Path.Combine(world.Temporary, "rootfs") },
        Linux = spec.Linux! with
        {
            Namespaces = [.. spec.Linux!.Namespaces!, new("user")],
            UidMappings = [new(0, 100000, 65536)],
            GidMappings = [new(0, 100000, 65536)],
        },
    };

    private static Spec Everything(Spec spec, MinicWorld world) => spec with
    {
        Mounts = [.. spec.Mounts!, new()
        {
            Destination = "/etc",
            Source = "tmpfs",
            Type = "tmpfs",
            Options = ["tmpcopyup", "nosuid", "mode=755"],
        }],
        Domainname = "example.org",
        Root = new Root { Path = world.Rootfs, Readonly = true },
        Process = spec.Process! with
        {
            Cwd = "/tmp",
            User = new User { Uid = 1000, Gid = 100, Umask = 0x3f, AdditionalGids = [5, 6] },
            Rlimits = [new Rlimit("RLIMIT_NOFILE", 2048, 1024)],
            OomScoreAdj = 100,
            NoNewPrivileges = true,
            IoPriority = new IoPriority("IOPRIO_CLASS_BE", 4),
            Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 },
            Capabilities = new()
            {
                Bounding = ["CAP_KILL", "CAP_CHOWN"],
                Effective = ["CAP_KILL"],
                Permitted = ["CAP_KILL"],
                Inheritable = ["CAP_KILL"],
                Ambient = ["CAP_KILL"],
            },
        },
        Hooks = new Hooks
        {
            CreateRuntime = Tells("createRuntime", world.Temporary + "/hooks"),
            CreateContainer = Tells("createContainer", world.Temporary + "/hooks"),
            StartContainer = Tells("startContainer", "/mnt"),
            Poststart = Tells("poststart", world.Temporary + "/hooks"),
            Poststop = Tells("poststop", world.Temporary + "/hooks"),
        },
        Linux = spec.Linux! with
        {
            Namespaces = [.. spec.Linux!.Namespaces!, new("time")],
            TimeOffsets = new Dictionary<string, LinuxTimeOffset> { ["boottime"] = new(864000000) },
            Sysctl = new Dictionary<string, string> { ["kernel.shmmax"] = "65536" },
            Devices = [new LinuxDevice
            {
                Path = "/dev/fuse",
                Type = "c",
                Major = 10,
                Minor = 229,
                FileMode = 0x1b6,
                Uid = 0,
                Gid = 0,
            }],
        },
    };

    // Where it runs and what it is told, but for the pid.
    private static List<Hook> Tells(string point, string directory) =>
        [new Hook
        {
            Path = "/bin/sh",
            Args = ["sh", "-c",
                $"{{ echo {point} $A $(hostname) $(pwd); sed 's/\"pid\":[0-9]*/PID/'; echo; }} >> {directory}/log"],
            Env = ["A=1", "PATH=/usr/bin:/bin"],
        }];
}
