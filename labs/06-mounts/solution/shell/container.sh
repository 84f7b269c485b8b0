cat > container <<'X'
#!/bin/sh
# container run CMD [ARG]...
shift
touch rootfs/dev/null
exec env -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/root TERM="$TERM" \
  unshare --uts --pid --fork --mount --propagation private sh -c '
  hostname box &&
    mount --bind rootfs rootfs &&
    mount --bind /dev/null rootfs/dev/null &&
    cd rootfs &&
    pivot_root . . &&
    mount -t proc proc /proc &&
    umount -l . &&
    cd / &&
    exec "$@"' sh "$@"
X
chmod +x container
