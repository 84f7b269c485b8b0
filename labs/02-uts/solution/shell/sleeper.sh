#!/bin/bash
unshare --uts sh -c "hostname $NAME; exec sleep $NAP" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
