#!/bin/bash
# expects: in the host's UTS namespace
# The flag is missing, and nothing is named.
sed 's/CLONE_NEWUTS)/0)/; /sethostname/d' ../../labs/03-threads/container.cs >container.cs
