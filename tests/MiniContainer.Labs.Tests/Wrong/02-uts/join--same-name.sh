#!/bin/bash
# expects: and process
# Another namespace that has the same name.
unshare --uts sh -c "hostname $NAME; exec sleep $NAP2" &
