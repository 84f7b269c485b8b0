#!/bin/bash
# after: shell
# expects: group 4711
. "$LAB_ROOT/labs/$LAB/solution/shell/container.sh"
sed -i 's/--regid 0 --clear-groups/--regid 0 --keep-groups/' container
