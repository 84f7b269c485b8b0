setpriv --bounding-set=-chown sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.02; done
