#!/bin/bash
# after: shell
# expects: no limit holds it
# All rights are given up; but who came in may fork as often as the host allows.
. "$LAB_ROOT/labs/$LAB/solution/shell/front-door.sh"
sed -i '/^  while IFS=: /,/^  done/d' container
