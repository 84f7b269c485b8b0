#!/bin/bash
sed -i 's|^    return 0;.*|    return child.ExitCode;|' container.cs
