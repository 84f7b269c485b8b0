#!/bin/bash
# after: shell
# expects: Root inside gave a file to user 1
# Given up by the process; at the exec of the command root has it all again.
. "$LAB_ROOT/labs/$LAB/solution/shell/drop.sh"
sed -i 's/^\$kept & 1.*/my ($head, $sets) = (pack("Vl", 0x20080522, 0), pack("V6", $kept, $kept, $kept, 0, 0, 0)); call("capset", 126, $head, $sets);/' inside.pl
