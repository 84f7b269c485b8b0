#!/bin/bash
# expects: not in /tmp
. "$LAB_ROOT/labs/$LAB/solution/csharp/bundle.sh"
sed -i 's|"cwd": "/tmp"|"cwd": "/"|' bundle/config.json
