#!/bin/bash
# after: shell
# expects: still the host's root
# A user namespace there is; its map takes 0 to 0.
. "$LAB_ROOT/labs/$LAB/solution/shell/container.sh"
sed -i 's/echo 0 100000 65536/echo 0 0 200000/; s/chown 100000:100000/chown 0:0/' container
