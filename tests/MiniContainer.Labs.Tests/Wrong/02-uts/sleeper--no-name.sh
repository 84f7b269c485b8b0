#!/bin/bash
# expects: the host name is
# The name is set in a namespace that ends with the shell; the sleeper has another one.
unshare --uts hostname "$NAME"
unshare --uts sleep "$NAP" &
until pgrep -fx "sleep $NAP" >/dev/null; do sleep 0.05; done
