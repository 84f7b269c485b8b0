#!/bin/bash
# after: shell
# expects: Root inside gave a file to user 1
# The bounding set is as it should be. But what is inheritable at an exec comes along, whatever the bounding set says.
. "$LAB_ROOT/labs/$LAB/solution/shell/drop.sh"
sed -i 's/ --inh-caps=-all//' container
