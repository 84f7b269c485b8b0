#!/bin/bash
sed -i 's|^    .. execve(command)|    chdir("/srv"),\n&|' container.cs
./container.cs run true
