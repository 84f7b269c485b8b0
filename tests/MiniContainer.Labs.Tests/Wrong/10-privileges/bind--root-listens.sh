#!/bin/bash
# expects: is root, with all that root may
busybox nc -l -p "$PORT" &
until ss -ltnH "sport = :$PORT" | grep .; do sleep 0.02; done
