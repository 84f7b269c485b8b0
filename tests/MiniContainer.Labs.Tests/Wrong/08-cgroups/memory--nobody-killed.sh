#!/bin/bash
# expects: nobody was killed by it
sed '/hungry/d' "$LAB_ROOT/labs/08-cgroups/solution/shell/memory.sh" | bash
