cat > container <<'X'
#!/bin/sh
# container run CMD [ARG]...
shift
export box="boxes/box-$$"
mkdir -p "$box/upper" "$box/work" "$box/root" shared
touch rootfs/dev/null
env -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/root TERM="$TERM" box="$box" \
  unshare --uts --pid --fork --mount --propagation private sh -c '
  hostname box &&
    mount -t overlay overlay \
      -o "lowerdir=rootfs,upperdir=$box/upper,workdir=$box/work" "$box/root" &&
    mount --bind shared "$box/root/mnt" &&
    mount -o remount,bind,ro "$box/root/mnt" &&
    mount --bind /dev/null "$box/root/dev/null" &&
    cd "$box/root" &&
    pivot_root . . &&
    mount -t proc proc /proc &&
    umount -l . &&
    cd / &&
    exec "$@"' sh "$@"
code=$?
rm -r "$box"
exit $code
X
chmod +x container
