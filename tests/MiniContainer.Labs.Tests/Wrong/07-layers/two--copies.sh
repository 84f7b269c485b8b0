#!/bin/bash
# expects: is no overlay
for nap in "$NAP" "$NAP2"; do
  cp -a rootfs "copy-$nap"
  chroot "copy-$nap" sleep "$nap" &
  until pgrep -x -f "sleep $nap"; do sleep 0.05; done
done
