#!/bin/bash
# after: shell
# expects: runs already
. "$LAB_ROOT/labs/$LAB/solution/shell/create.sh"
sed -i '/^sysread/d' inside.pl
