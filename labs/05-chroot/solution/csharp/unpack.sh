cp -a ../rootfs/busybox rootfs
echo "$NAME" > rootfs/etc/motd
