for nap in "$NAP" "$NAP2"; do
  mkdir -p "box-$nap"/{upper,work,root}
  mount -t overlay overlay \
    -o "lowerdir=rootfs,upperdir=box-$nap/upper,workdir=box-$nap/work" "box-$nap/root"
  chroot "box-$nap/root" sleep "$nap" &
  until pgrep -x -f "sleep $nap"; do sleep 0.05; done
done
