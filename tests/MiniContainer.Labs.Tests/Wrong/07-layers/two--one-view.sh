#!/bin/bash
# expects: they share the layer above
for nap in "$NAP" "$NAP2"; do
  chroot view sleep "$nap" &
  until pgrep -x -f "sleep $nap"; do sleep 0.05; done
done
