#!/bin/bash
# after: shell
# expects: ended with exit code 7, but "exec" with 0
. "$LAB_ROOT/labs/$LAB/solution/shell/exec.sh"
sed -i 's/^  exec nsenter\(.*\)/  nsenter\1 || :; exit 0/' container
