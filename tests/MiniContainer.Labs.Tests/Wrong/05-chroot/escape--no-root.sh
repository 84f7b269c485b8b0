#!/bin/bash
# expects: can be read in the container without any escape
# after: shell
# Nobody needs to escape who never was inside.
cat > container <<'X'
#!/bin/sh
shift
[ "$1" != /escape ] || shift
exec "$@"
X
cat > rootfs/escape <<'X'
#!/bin/sh
exec "$@"
X
chmod +x container rootfs/escape
