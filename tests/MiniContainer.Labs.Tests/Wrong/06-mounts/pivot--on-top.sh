#!/bin/bash
# expects: the host's root is still mounted, on /
# After pivot_root . . a look at / shows the new root, and one at /.. the old.
cp -a ../rootfs/busybox rootfs
unshare --mount sh -c 'mount --bind rootfs rootfs && cd rootfs && pivot_root . . && cd / && exec sleep "$NAP2"' &
until pgrep -x -f "sleep $NAP2"; do sleep 0.05; done
