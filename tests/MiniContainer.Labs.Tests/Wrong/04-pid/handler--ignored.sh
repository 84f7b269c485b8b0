#!/bin/bash
# expects: ignores SIGTERM
./container.cs run bash -c "trap '' TERM; sleep $NAP2 & wait" &
for _ in {1..100}; do pgrep -fx "sleep $NAP2" >/dev/null && exit; sleep 0.1; done
