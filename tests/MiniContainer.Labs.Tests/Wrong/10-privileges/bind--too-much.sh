#!/bin/bash
# expects: more than one capability
setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups --inh-caps=+net_bind_service,+net_admin --ambient-caps=+net_bind_service,+net_admin busybox nc -l -p "$PORT" &
until ss -ltnH "sport = :$PORT" | grep .; do sleep 0.02; done
