#!/bin/bash
cat >container <<'X'
#!/bin/sh
shift
command -v "$1" >/dev/null || { echo "container: there is no command $1" >&2; exit 127; }
exec "$@"
X
