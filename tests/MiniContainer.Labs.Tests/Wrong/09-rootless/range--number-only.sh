#!/bin/bash
# expects: a number alone makes no namespace
# The host sees just what was asked for; but there is no map that makes $GUEST of it.
setpriv --reuid $((100000 + GUEST)) --regid $((100000 + GUEST)) --clear-groups sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
