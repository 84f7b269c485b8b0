#!/bin/bash
# expects: The host's root is not shared
mkdir "$DESK"
unshare --mount sh -c 'mount -t tmpfs desk "$DESK" && exec sleep "$NAP"' &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
