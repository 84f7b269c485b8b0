// The standard streams as the container's user finds them: /dev/stdout can be opened, and nothing of the host's has
// changed.

using MiniContainer.Containers.Oci;

namespace MiniContainer.Cli.Tests.Verbs;

[Collection("minic")]
public sealed class StreamTests : MinicTest
{
    private const string Says = "echo one >>/dev/stdout; echo two >>/dev/stderr";

    [Fact]
    public void A_user_may_open_a_pipe_a_named_pipe_and_a_file()
    {
        var outcome = Make().Sh($$"""
            run() { minic run --rootfs $ROOTFS --name $N -u 1000 sh -c '{{Says}}'; }
            run 2>&1 </dev/null | cat
            mkfifo fifo; cat fifo & run </dev/null >fifo 2>&1; wait
            run </dev/null >file 2>&1; cat file
            stat -c '%n %u' file fifo
            """);
        outcome.Should()
            .Be(new Outcome(0, "one\ntwo\none\ntwo\none\ntwo\nfile 0\nfifo 0\n", ""),
                "the caller has files of its own back at the end");
    }

    [Fact]
    public void While_the_container_is_there_its_user_owns_them()
    {
        var world = Make();
        world.Configure("sleep 1000", s => s with { Process = s.Process! with { User = new User { Uid = 1000 } } });
        var outcome = world.Sh("minic create -b bundle $N </dev/null >file 2>&1; stat -c %u file; minic delete -f $N");
        outcome.Should().Be(new Outcome(0, "1000\n", ""));
    }

    [Fact]
    public void Exec_gives_its_streams_to_its_user()
    {
        var outcome = Make().Sh($$"""
            minic run -d --name $N --rootfs $ROOTFS sleep 1000 >/dev/null
            minic exec -u 1000 $N sh -c '{{Says}}' 2>&1 | cat
            minic exec -u 1000 $N sh -c '{{Says}}' >file 2>&1; cat file; stat -c %u file
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "one\ntwo\none\ntwo\n0\n", ""));
    }

    [Fact]
    public void A_detached_containers_output_is_its_users()
    {
        var outcome = Make().Sh($$"""
            minic run -d --name $N --rootfs $ROOTFS -u 1000 sh -c '{{Says}}; exec sleep 1000' >/dev/null
            until grep two $STATE/containers/$N/output; do sleep 0.05; done
            minic delete -f $N
            """);
        outcome.Should().Be(new Outcome(0, "two\n", ""));
    }

    [Fact]
    public void What_others_use_keeps_its_owner()
    {
        var outcome = Make().Sh("""
            echo mine >read; mkdir directory; mknod -m 666 zero c 1 5; mknod -m 666 null c 1 3; mknod -m 666 tty c 5 0
            for file in read directory zero null; do minic run --rootfs $ROOTFS --name $N -d -u 1000 true <$file >null 2>&1; minic delete -f $N; done
            minic run --rootfs $ROOTFS --name $N -d -u 1000 true </proc/sys/kernel/ostype >/dev/null 2>&1; minic delete -f $N
            stat -c '%n %u' read directory zero null /dev/null /proc/sys/kernel/ostype
            """);
        outcome.Should()
            .Be(new Outcome(0, "read 0\ndirectory 0\nzero 0\nnull 0\n/dev/null 0\n/proc/sys/kernel/ostype 0\n", ""));
    }
}
