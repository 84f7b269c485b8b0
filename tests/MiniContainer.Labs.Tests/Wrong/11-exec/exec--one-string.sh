#!/bin/bash
# after: shell
# expects: it printed
. "$LAB_ROOT/labs/$LAB/solution/shell/exec.sh"
sed -i 's/^  exec nsenter.*/  exec nsenter --target "$pid" --all --wdns=\/ sh -c "$*"/' container
