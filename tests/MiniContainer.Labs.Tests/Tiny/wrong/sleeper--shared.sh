#!/bin/bash
# expects: shares the host's UTS namespace
sleep "$NAP" &
until pgrep -f "^sleep $NAP$"; do sleep 0.02; done
