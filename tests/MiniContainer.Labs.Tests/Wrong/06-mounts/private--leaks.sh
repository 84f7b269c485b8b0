#!/bin/bash
# expects: is mounted on the host too
mount --make-rshared /
mkdir "$DESK"
unshare --mount --propagation unchanged sh -c 'mount -t tmpfs desk "$DESK" && exec sleep "$NAP"' &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
