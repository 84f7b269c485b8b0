#!/bin/bash
# expects: in the host's PID namespace
# unshare executes sleep itself, which keeps its number.
unshare --pid sleep "$NAP" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
