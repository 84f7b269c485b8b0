#!/bin/bash
# expects: in the host's PID namespace
# unshare executes sleep itself, which keeps its number.
unshare --pid sleep "$NAP" &
sleep 0.2
