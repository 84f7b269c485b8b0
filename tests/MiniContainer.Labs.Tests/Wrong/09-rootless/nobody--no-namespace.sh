#!/bin/bash
# expects: in the host's user namespace, as user $OWNER
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.02; done
