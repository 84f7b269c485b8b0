#!/bin/bash
# A file can hold a namespace, and be joined: /proc/PID/ns/uts is one.
nsenter --uts=/proc/"$(pgrep -fx "sleep $NAP")"/ns/uts sleep "$NAP2" &
until pgrep -fx "sleep $NAP2" >/dev/null; do sleep 0.05; done
