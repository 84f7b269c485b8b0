#!/bin/bash
nsenter --uts --target "$(pgrep -fx "sleep $NAP")" sleep "$NAP2" &
until pgrep -fx "sleep $NAP2" >/dev/null; do sleep 0.05; done
