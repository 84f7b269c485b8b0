#!/bin/bash
# expects: has left the host's namespace itself
# The program of the lab before: right for the command, but the parent went along.
sed "s/\"box\"/\"$NAME\"/" ../../labs/02-uts/container.cs >container.cs
