#!/bin/bash
# expects: and what it wrote is still there
# after: shell
sed '/^rm -r/d' "$LAB_ROOT/labs/07-layers/solution/shell/container.sh" | bash
