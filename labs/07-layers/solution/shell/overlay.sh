cp -a ../rootfs/busybox rootfs
mkdir upper work view
mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work view
echo "$NAME" > view/etc/motd
rm view/etc/hosts
