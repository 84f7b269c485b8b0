#!/bin/bash
# expects: The container has ended, and its cgroup is still there
# after: shell
bash "$LAB_ROOT/labs/08-cgroups/solution/shell/container.sh"
# Somebody who stays in there, so that it cannot be removed.
sed -i -e 's/^  exec .*/  sleep 5000.5 >\/dev\/null 2>\&1 \& .\/box "$@"/' -e 's/^  until .*/  :/' container
