#!/bin/bash
# expects: shows another PID namespace
# Mounted before the process that is to see itself in it was born.
unshare --mount sh -c 'mount -t proc proc /proc && exec unshare --pid --fork sleep "$NAP3"' &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
