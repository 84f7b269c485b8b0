#!/bin/bash
# A command that is missing is told badly still: the shell says its own name and the line.
cat >container <<'X'
#!/bin/sh
shift
command -v "$1" >/dev/null || exit 1
exec "$@"
X
