#!/bin/bash
# expects: the layer below was written to
cp -a ../rootfs/busybox rootfs
mkdir upper work view
echo "$NAME" > rootfs/etc/motd
mount -t overlay overlay -o lowerdir=rootfs,upperdir=upper,workdir=work view
rm view/etc/hosts
