#!/bin/bash
# after: shell
# expects: is in the host's PID namespace
# It has entered the PID namespace, but nobody was born there.
for step in drop filter; do . "$LAB_ROOT/labs/10-privileges/solution/shell/$step.sh"; done
./container run sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP"); do sleep 0.05; done
nsenter --target "$pid" --no-fork --user --uts --pid --mount --net --ipc sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
