#!/bin/bash
# expects: in the host's UTS namespace
hostname "$NAME"
sleep "$NAP" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
