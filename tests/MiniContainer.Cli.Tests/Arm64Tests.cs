namespace MiniContainer.Cli.Tests;

/// <summary>minic on arm64, where the player, the child's own program and pause are other machine code.</summary>
[Collection("minic")]
public class Arm64Tests
{
    private const string Script = """
        R=$PWD/out/rootfs/busybox; PATH=$PATH:$PWD/out
        minic run --rootfs $R --net none --name box --hostname arm sh -c 'hostname; uname -m; readlink /proc/1/exe; exit 7'; echo $?
        mkdir -p /b/rootfs; cp -a $R/. /b/rootfs; cd /b; minic spec
        sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"uname","-m"/' config.json; minic run -b . oci; cd /
        minic run --rootfs $R --name big -d --memory 64m --pids 20 sleep 1000
        minic exec big sh -c 'cat /sys/fs/cgroup/pids.max'; minic pause big; minic state big | grep -o paused; minic resume big; minic delete -f big
        cat > two.yaml <<Y
        apiVersion: v1
        kind: Pod
        metadata: { name: two }
        spec:
          containers:
            - name: web
              image: $R
              command: [sh, -c, 'mkdir -p /tmp/www; echo served > /tmp/www/index.html; exec httpd -f -p 80 -h /tmp/www']
            - name: client
              image: $R
              command: [sh, -c, 'until wget -qO- http://127.0.0.1/; do sleep 0.1; done; exec sleep 1000']
        Y
        minic pod run two.yaml; until minic pod logs --container client two | grep served; do sleep 0.2; done
        minic pod exec --container web two ip -4 -o addr show eth0 | grep -o 'inet [0-9.]*'; minic pod rm -f two
        # The runtime is killed before, in and after each of its steps, and at every fifth of the child's.
        MINIC_FAULT=list:/steps minic run --rootfs $R --net none --name box true
        awk -F '\t' '$2 == "minic" && $1 > 0 { print "kill:before:" $1; print "kill:between:" $1; print "kill:after:" $1 }
          $2 == "box" && $1 % 5 == 0 && !/report|execve/ { print "kill:before:" $1 ".1" }' /steps > /faults
        while read -r fault; do
          MINIC_FAULT=$fault minic run --rootfs $R --net none --name box sleep 1000 < /dev/null > /said 2>&1; code=$?
          [ $code = 137 ] || echo "$fault: $code $(cat /said)"
          minic gc > /dev/null || echo "$fault: gc"
          left=$(find /sys/fs/cgroup -name 'minic*'; ls /run/minic 2> /dev/null; cat /proc/[0-9]*/comm | grep -x sleep); [ -z "$left" ] || echo "$fault: left $left"
        done < /faults 2> /dev/null
        [ $(wc -l < /faults) -gt 30 ] && echo killed
        """;

    [Fact]
    public void Containers_a_pod_and_a_killed_runtime()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Microvm.Root, "out/arm64/minic")),
            "needs minic for arm64: scripts/setup arm64; scripts/build --arch arm64");
        Microvm.Run(Script, ["-p", "arm64"]).Should().Be("""
            arm
            aarch64
            /bin/busybox
            7
            aarch64
            big
            20
            paused
            pod two is up at 10.44.0.2 and fd00:44::2
            served
            inet 10.44.0.2
            killed

            """);
    }
}
