cp -a ../../out/rootfs/busybox rootfs
./container.cs run sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP"); do sleep 0.05; done
nsenter --target "$pid" --user --uts --pid --mount --net --ipc sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
