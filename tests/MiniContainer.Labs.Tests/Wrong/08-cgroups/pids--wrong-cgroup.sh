#!/bin/bash
# expects: there is no limit of processes
# The limit is right, and the sleeper is next door. (Another one is where the limit is.)
. ./under
there=$(under pids)
mkdir "$there/limited-$NAP" "$there/lab-$NAP"
echo "$MOST" > "$there/limited-$NAP/pids.max"
sh -c "echo \$\$ > $there/limited-$NAP/cgroup.procs && exec sleep 5000.5" &
sh -c "echo \$\$ > $there/lab-$NAP/cgroup.procs && exec sleep $NAP" &
until pgrep -x -f "sleep $NAP" && grep -q . "$there/limited-$NAP/cgroup.procs"; do sleep 0.05; done
