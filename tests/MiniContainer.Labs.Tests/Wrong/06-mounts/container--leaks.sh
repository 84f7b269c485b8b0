#!/bin/bash
# expects: After a container has ended the host has other mounts
# after: shell
cat > container <<'X'
#!/bin/sh
shift
PATH=/bin:/usr/bin:/sbin:/usr/sbin exec unshare --pid --fork --mount --propagation unchanged sh -c '
  mount -t proc proc rootfs/proc && exec chroot rootfs "$@"' sh "$@"
X
chmod +x container
