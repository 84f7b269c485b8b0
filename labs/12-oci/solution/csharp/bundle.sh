mkdir bundle
cp -a ../../out/rootfs/busybox bundle/rootfs
cat >bundle/config.json <<END
{
  "ociVersion": "1.2.0",
  "hostname": "$NAME",
  "root": { "path": "rootfs" },
  "process": { "cwd": "/tmp", "env": ["PATH=/bin"], "args": ["sleep", "$NAP"] },
  "linux": { "namespaces": [{ "type": "pid" }, { "type": "mount" }, { "type": "uts" }] }
}
END
