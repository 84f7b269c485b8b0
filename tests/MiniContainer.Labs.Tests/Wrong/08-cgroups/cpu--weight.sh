#!/bin/bash
# expects: A weight is no limit
. ./under
cgroup=$(under cpu)/lab-$NAP3
mkdir "$cgroup"
if [ -e "$cgroup/cpu.weight" ]; then echo "$PERCENT" > "$cgroup/cpu.weight"; else echo "$PERCENT" > "$cgroup/cpu.shares"; fi
sh -c "echo \$\$ > $cgroup/cgroup.procs && exec sleep $NAP3" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
