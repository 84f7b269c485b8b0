#!/bin/bash
# expects: A file was put on the host
# expects: failed
# after: shell
# Climbing alone does not help: ".." of one's own root is that root.
cat > rootfs/escape <<'X'
#!/bin/sh
cd ../../../../../../..
exec chroot . "$@"
X
chmod +x rootfs/escape
