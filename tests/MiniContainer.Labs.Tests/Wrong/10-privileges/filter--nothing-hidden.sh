#!/bin/bash
# after: shell
# expects: is still the kernel's own file
. "$LAB_ROOT/labs/$LAB/solution/shell/filter.sh"
sed -i 's/qw(kcore.*)/()/' inside.pl
