#!/bin/bash
# expects: None of them is 1
# The shell is number 1, and the sleeper its child.
unshare --pid --fork sh -c "sleep $NAP; true" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
