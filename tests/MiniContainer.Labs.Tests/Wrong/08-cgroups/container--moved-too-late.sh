#!/bin/bash
# expects: or ran before it was moved
# after: shell
bash "$LAB_ROOT/labs/08-cgroups/solution/shell/container.sh"
# It starts first, and is moved then: whatever it has started meanwhile stays outside.
sed -i -e '/BASHPID/d' -e 's/^  exec .*/  .\/box "$@" \& sleep 0.3; for p in $(pgrep -P $!) $(pgrep -P $(pgrep -P $!)); do for c in "${cgroups[@]}"; do echo $p > $c\/cgroup.procs; done; done 2>\/dev\/null; wait $!/' container
