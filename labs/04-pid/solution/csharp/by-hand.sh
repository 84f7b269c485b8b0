#!/bin/bash
unshare --pid --fork sleep "$NAP" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
