mkdir shared
unshare --mount sh -c '
  mount --bind shared "box-$NAP/root/mnt" &&
    mount -o remount,bind,ro "box-$NAP/root/mnt" &&
    exec chroot "box-$NAP/root" sleep "$NAP3"' &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
