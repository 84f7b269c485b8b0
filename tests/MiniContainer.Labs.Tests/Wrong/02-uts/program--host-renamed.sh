#!/bin/bash
# expects: The host itself is called
# The calls in the wrong order: the host is renamed, and its name copied then.
sed "s/\"box\"/\"$NAME\"/; s/unshare(CLONE_NEWUTS) < 0 || \(Syscall.*) < 0\))/\1 || unshare(CLONE_NEWUTS) < 0)/" ../../labs/02-uts/container.cs >container.cs
