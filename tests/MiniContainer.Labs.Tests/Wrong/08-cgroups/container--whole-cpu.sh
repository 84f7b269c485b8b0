#!/bin/bash
# expects: the limit in percent of a processor is 100
# after: shell
bash "$LAB_ROOT/labs/08-cgroups/solution/shell/container.sh"
# Half a processor on a machine with two is not half of all.
sed -i 's/50000/100000/g' container
