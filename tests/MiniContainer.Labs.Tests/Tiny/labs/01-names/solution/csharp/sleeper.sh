unshare --uts sh -c "hostname $NAME; exec sleep $NAP" &
