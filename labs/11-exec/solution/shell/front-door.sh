sed -i '/^  # cgroups/r /dev/stdin' container <<'SCRIPT'
  while IFS=: read -r _ controllers path; do
    tree=/sys/fs/cgroup/${controllers#name=}
    [ -n "$controllers" ] || [ ! -d /sys/fs/cgroup/unified ] || tree=/sys/fs/cgroup/unified
    echo $$ >"$tree$path/cgroup.procs"
  done <"/proc/$pid/cgroup"
SCRIPT
# All namespaces but one: perl is a program of the host.
# It enters that last one itself, and gives up what the container did.
sed -i '/exec nsenter/s|--all.*|--user --uts --pid --net --ipc perl exec.pl "$pid" "$@"|' container
{
  echo 'use strict; my ($kept, $pid) = (0xea, shift);'
  grep '^sub call' inside.pl
  echo 'open my $door, "<", "/proc/$pid/ns/mnt" or die "mnt: $!\n";'
  echo "call('setns', 308, fileno \$door, 0x20000); chdir '/';"
  sed -n '/^\$kept & 1/,$p' inside.pl
} >exec.pl
