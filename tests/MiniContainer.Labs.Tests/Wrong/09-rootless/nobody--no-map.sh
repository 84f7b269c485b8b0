#!/bin/bash
# expects: its uid_map is empty
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups unshare --user sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.02; done
