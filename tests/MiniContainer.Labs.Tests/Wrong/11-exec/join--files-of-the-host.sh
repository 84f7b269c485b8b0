#!/bin/bash
# after: shell
# expects: is in the host's mnt namespace
# ps and hostname answer as in the container; the files are the host's.
for step in drop filter; do . "$LAB_ROOT/labs/10-privileges/solution/shell/$step.sh"; done
./container run sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP"); do sleep 0.05; done
nsenter --target "$pid" --user --uts --pid --net --ipc sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
