#!/bin/bash
# after: shell
# expects: 400 of it is more than was asked for
# The port is open again.
. "$LAB_ROOT/labs/$LAB/solution/shell/drop.sh"
sed -i 's/(0xea, /(0x4ea, /' inside.pl
