unshare --mount --pid --fork --mount-proc sleep "$NAP3" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
