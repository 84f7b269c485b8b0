#!/bin/bash
# expects: is in the same cgroup as this shell
# That counts the processes of a user, on the whole machine, and root is not stopped by it.
ulimit -u "$MOST"
exec sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
