#!/bin/bash
# expects: before its command did
cat >container <<'X'
#!/bin/bash
shift
case $1 in sleep) "$@" & ;; *) "$@" ;; esac
X
chmod +x container
