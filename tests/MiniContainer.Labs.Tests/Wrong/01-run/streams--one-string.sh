#!/bin/bash
# expects: two words
# The arguments become one string, and a shell takes that apart anew.
cat >container <<'X'
#!/bin/sh
shift
sh -c "$*"
X
chmod +x container
