# A map of one line may be written by the namespace's own user, once the groups are given up.
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups unshare --user sleep "$NAP" &
holder=$!
until pgrep -x -f "sleep $NAP"; do sleep 0.02; done
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups \
  sh -c "echo '0 $OWNER 1' >/proc/$holder/uid_map"
