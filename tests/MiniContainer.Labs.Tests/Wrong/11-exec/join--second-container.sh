#!/bin/bash
# after: shell
# expects: in a container too, but in another one
for step in drop filter; do . "$LAB_ROOT/labs/10-privileges/solution/shell/$step.sh"; done
./container run sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP"); do sleep 0.05; done
./container run sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
