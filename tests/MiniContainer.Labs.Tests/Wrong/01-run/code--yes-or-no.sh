#!/bin/bash
# expects: and the program with 1
sed -i 's|^    return 0;.*|    return child.ExitCode == 0 ? 0 : 1;|' container.cs
