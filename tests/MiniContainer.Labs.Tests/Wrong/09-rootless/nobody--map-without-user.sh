#!/bin/bash
# expects: is the host's root
# Root in a namespace of its own, but nobody had become a plain user before.
unshare --user --map-root-user sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.02; done
