# No C# needed: a plain user does this with one program.
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups \
  unshare --user --map-root-user sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP") && grep -q "$OWNER" "/proc/$pid/uid_map"; do sleep 0.02; done
