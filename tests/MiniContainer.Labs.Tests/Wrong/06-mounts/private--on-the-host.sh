#!/bin/bash
# expects: is in the host's mount namespace
mount --make-rshared /
mkdir "$DESK"
mount -t tmpfs desk "$DESK"
sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
