. ./under
cgroup=$(under pids)/lab-$NAP
mkdir "$cgroup"
echo "$MOST" > "$cgroup/pids.max"
sh -c "echo \$\$ > $cgroup/cgroup.procs && exec sleep $NAP" &
until pgrep -x -f "sleep $NAP"; do sleep 0.05; done
