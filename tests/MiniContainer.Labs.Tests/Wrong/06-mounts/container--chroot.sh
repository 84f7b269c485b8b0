#!/bin/bash
# expects: The escape of lab 05 still works
# after: shell
# Mounts of its own, and the root only changed.
cat > container <<'X'
#!/bin/sh
shift
touch rootfs/dev/null
PATH=/bin:/usr/bin:/sbin:/usr/sbin exec unshare --pid --fork --mount sh -c '
  mount --bind /dev/null rootfs/dev/null && mount -t proc proc rootfs/proc && exec chroot rootfs "$@"' sh "$@"
X
chmod +x container
