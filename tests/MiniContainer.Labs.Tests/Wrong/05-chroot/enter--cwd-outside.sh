#!/bin/bash
# expects: its current directory is
# expects: that is outside
# The bare system call leaves the current directory where it was.
perl -e 'chroot "rootfs" or die; exec "/bin/sleep", $ENV{NAP}' &
until pgrep -f "sleep $NAP$"; do sleep 0.05; done
