#!/bin/bash
# expects: and process
# Another namespace that has the same name.
unshare --uts sh -c "hostname $NAME; exec sleep $NAP2" &
until pgrep -fx "sleep $NAP2" >/dev/null; do sleep 0.05; done
