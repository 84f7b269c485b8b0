#!/bin/bash
# expects: with no capability at all
# It works, for every user of the host.
sysctl -qw net.ipv4.ip_unprivileged_port_start=0
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups sh -c "exec busybox nc -l -p $PORT" &
until ss -ltnH "sport = :$PORT" | grep .; do sleep 0.02; done
