#!/bin/bash
cat >container <<'X'
#!/bin/sh
shift
"$@" 2>&2 || exit 0
X
chmod +x container
