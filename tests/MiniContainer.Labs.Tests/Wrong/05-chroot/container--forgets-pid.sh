#!/bin/bash
# expects: and was number 1 before
# after: shell
cat > container <<'X'
#!/bin/sh
shift
PATH=/bin:/usr/sbin exec chroot rootfs "$@"
X
chmod +x container
