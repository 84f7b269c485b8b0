#!/bin/bash
# after: shell
# expects: could not write into /tmp, which belongs to the host's user 0
. "$LAB_ROOT/labs/$LAB/solution/shell/container.sh"
chown -R 0:0 rootfs
