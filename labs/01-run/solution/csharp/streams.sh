#!/bin/bash
# Start and wait; the exit code is the next step's.
sed -i 's|^    return 0;.*|    using var child = Process.Start(command[0], command[1..]);\
    child.WaitForExit();\
    return 0;|' container.cs
