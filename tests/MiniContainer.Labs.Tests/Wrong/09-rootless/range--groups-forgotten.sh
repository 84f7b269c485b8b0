#!/bin/bash
# expects: The gid_map of its namespace has nobody for 0
mkfifo go
unshare --user --keep-caps sh -c "read go <go; exec setpriv --reuid $GUEST sleep $DOZE" &
until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.02; done
echo 0 100000 65536 >/proc/$!/uid_map
echo go >go
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
