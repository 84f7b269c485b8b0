#!/bin/bash
# expects: its root was changed, the host's is still mounted
cp -a ../rootfs/busybox rootfs
unshare --mount chroot rootfs sleep "$NAP2" &
until pgrep -x -f "sleep $NAP2"; do sleep 0.05; done
