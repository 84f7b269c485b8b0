#!/bin/bash
# expects: in the host's PID namespace
# A shell that claims to be number 1.
cat >container <<'X'
#!/bin/bash
shift
if [ "$1" = sh ]; then shift 2; exec sh -c "${1//'$$'/1}"; else exec "$@"; fi
X
chmod +x container
