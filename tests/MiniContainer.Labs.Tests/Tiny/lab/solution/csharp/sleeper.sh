unshare --uts sh -c "hostname $NAME; exec sleep $NAP" &
until pgrep -f "^sleep $NAP$"; do sleep 0.02; done
