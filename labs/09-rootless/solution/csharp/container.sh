cp -a ../../out/rootfs/busybox rootfs
chown -R 100000:100000 rootfs
cp ../../labs/09-rootless/container.cs .
