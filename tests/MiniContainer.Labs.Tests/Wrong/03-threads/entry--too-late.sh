#!/bin/bash
# expects: The command began in
# Behind execve, which does not come back.
sed -i 's|^    .. execve(command),|&\n    chdir("/srv"),|' container.cs
