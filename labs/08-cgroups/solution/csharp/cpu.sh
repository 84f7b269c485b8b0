. ./under
cgroup=$(under cpu)/lab-$NAP3
mkdir "$cgroup"
if [ -e "$cgroup/cpu.max" ]; then # version 2
  echo "$((PERCENT * 1000)) 100000" > "$cgroup/cpu.max"
else
  echo "$((PERCENT * 1000))" > "$cgroup/cpu.cfs_quota_us"
fi
sh -c "echo \$\$ > $cgroup/cgroup.procs && exec sleep $NAP3" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
