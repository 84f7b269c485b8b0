#!/bin/bash
# expects: its first thread too
unshare --uts sh -c "hostname $NAME; exec sleep 1000" &
