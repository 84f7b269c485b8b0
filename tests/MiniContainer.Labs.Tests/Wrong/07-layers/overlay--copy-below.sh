#!/bin/bash
# expects: What is below view is not your rootfs
cp -a ../rootfs/busybox rootfs
cp -a rootfs copy
mkdir upper work view
mount -t overlay overlay -o lowerdir=copy,upperdir=upper,workdir=work view
echo "$NAME" > view/etc/motd
rm view/etc/hosts
