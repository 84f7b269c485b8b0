#!/bin/bash
# after: shell
# expects: the host name in the container is "box"
. "$LAB_ROOT/labs/$LAB/solution/shell/create.sh"
sed -i 's/^my \$name = .*/my $name = "box";/' inside.pl
