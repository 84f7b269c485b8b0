#!/bin/bash
# expects: does not show in the /mnt
mkdir shared
cp -a shared "box-$NAP/root/mnt/"
chroot "box-$NAP/root" sleep "$NAP3" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
