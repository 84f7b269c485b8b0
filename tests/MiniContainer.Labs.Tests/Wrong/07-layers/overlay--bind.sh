#!/bin/bash
# expects: and no overlay
# A bind mount is a second name for the same files.
cp -a ../rootfs/busybox rootfs
mkdir view
mount --bind rootfs view
echo "$NAME" > view/etc/motd
rm view/etc/hosts
