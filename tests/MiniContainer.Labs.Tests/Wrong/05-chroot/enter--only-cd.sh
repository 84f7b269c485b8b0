#!/bin/bash
# expects: The root directory of process
# To stand in a directory is not to have it as the root.
cd rootfs || exit
sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
