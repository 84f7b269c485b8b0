#!/bin/bash
# expects: is in rootfs/tmp
# after: shell
cat > container <<'X'
#!/bin/sh
shift
PATH=/bin:/usr/bin:/sbin:/usr/sbin exec unshare --pid --fork --mount chroot rootfs "$@"
X
chmod +x container
