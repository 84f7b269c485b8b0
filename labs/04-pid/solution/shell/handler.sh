#!/bin/bash
./container run bash -c "trap 'exit 0' TERM; sleep $NAP2 & wait" &
until pgrep -fx "sleep $NAP2" >/dev/null; do sleep 0.05; done
