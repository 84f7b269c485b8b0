cp -a ../rootfs/busybox rootfs
unshare --mount sh -c '
  mount --bind rootfs rootfs &&
    cd rootfs &&
    pivot_root . . &&
    umount -l . &&
    exec sleep "$NAP2"' &
until pgrep -x -f "sleep $NAP2"; do sleep 0.05; done
