#!/bin/bash
# expects: A proc is mounted on the host
# As in lab 05: the inside mounts, and the host keeps it.
unshare --pid --fork chroot rootfs sh -c 'mount -t proc proc /proc; exec sleep '"$NAP3" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
