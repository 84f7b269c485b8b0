. ./under
cgroup=$(under memory)/lab-$NAP2
mkdir "$cgroup"
if [ -e "$cgroup/memory.max" ]; then # version 2
  echo "${MEGS}M" > "$cgroup/memory.max"
  [ ! -e "$cgroup/memory.swap.max" ] || echo 0 > "$cgroup/memory.swap.max"
else
  echo "${MEGS}M" > "$cgroup/memory.limit_in_bytes"
  echo 0 > "$cgroup/memory.swappiness"
fi
sh -c "echo \$\$ > $cgroup/cgroup.procs && exec sleep $NAP2" &
until pgrep -x -f "sleep $NAP2"; do sleep 0.05; done
! sh -c "echo \$\$ > $cgroup/cgroup.procs && exec awk -f hungry"
