#!/bin/bash
# after: shell
# expects: for who came by exec it is "000001ffffffffff"
. "$LAB_ROOT/labs/$LAB/solution/shell/front-door.sh"
sed -i 's/^  exec nsenter.*/  exec nsenter --target "$pid" --all --wdns=\/ env -i PATH=\/bin "$@"/' container
