# By hand; the program comes next.
chroot rootfs sleep "$NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
