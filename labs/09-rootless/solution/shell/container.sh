cp -a ../../out/rootfs/busybox rootfs
chown -R 100000:100000 rootfs
cat >container <<'SCRIPT'
#!/bin/bash
# container run CMD [ARG]...: lab 09 in shell.
# The outer half makes the namespaces, the limits and the maps.
set -eu
[ "${1-}" = run ] && shift || { echo 'usage: ./container run CMD [ARG]...' >&2; exit 125; }
box=$PWD/boxes/$$
mkdir -p "$box"/{upper,work,root} shared
chown 100000:100000 "$box"/{upper,work,root}
mkfifo "$box/go"
[ -e rootfs/dev/null ] || : >rootfs/dev/null # a file is mounted on a file
cgroup() { # NAME FILE VALUE: one for each controller in version 1, one for all in version 2
  local dir=/sys/fs/cgroup
  [ ! -d "$dir/$1" ] || dir=$dir/$1$(sed -n "s/^[0-9]*:$1://p" /proc/self/cgroup)
  mkdir -p "$dir/box-$$" && echo "$3" >"$dir/box-$$/$2" && cgroups+=("$dir/box-$$")
}
cgroups=()
if [ -d /sys/fs/cgroup/pids ]; then
  cgroup pids pids.max 20; cgroup memory memory.limit_in_bytes 100M
  cgroup cpu cpu.cfs_quota_us 50000
else
  echo '+pids +memory +cpu' >/sys/fs/cgroup/cgroup.subtree_control
  cgroup . pids.max 20; cgroup . memory.max 100M; cgroup . cpu.max '50000 100000'
fi
inner='
  cd "$0"
  mount -t overlay overlay root -o "lowerdir=../../rootfs,upperdir=upper,workdir=work,userxattr"
  mount --bind ../../shared root/mnt
  mount -o remount,bind,ro root/mnt
  mount --bind /dev/null root/dev/null
  hostname box
  cd root
  pivot_root . .
  exec /bin/busybox sh -c '\''
    /bin/mount -t proc proc /proc; /bin/umount -l .; cd /
    PATH=/bin HOME=/root exec "$@"'\'' sh "$@"'
exec 7<&0
(
  for c in "${cgroups[@]}"; do echo "$BASHPID" >"$c/cgroup.procs"; done
  exec unshare --user --keep-caps --uts --pid --mount --net --ipc --fork \
    sh -c 'read -r go <"$0/go"; inner=$1; shift
      exec setpriv --reuid 0 --regid 0 --clear-groups --inh-caps=-all sh -c "$inner" "$0" "$@"' \
    "$box" "$inner" "$@" <&7
) &
child=$!
until [ "$(readlink /proc/$child/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do
  sleep 0.02
done
echo 0 100000 65536 >/proc/$child/uid_map
echo 0 100000 65536 >/proc/$child/gid_map
echo go >"$box/go"
code=0
wait $child || code=$?
for c in $(printf '%s\n' "${cgroups[@]}" | sort -u); do rmdir "$c" || :; done
rm -rf "$box"
exit $code
SCRIPT
chmod +x container
