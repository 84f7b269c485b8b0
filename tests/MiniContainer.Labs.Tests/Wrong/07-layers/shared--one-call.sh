#!/bin/bash
# expects: can write to its /mnt: a new file there showed in shared
# mount(2) ignores MS_RDONLY when it binds. (This mount(8) would make the second call; perl makes the first alone. 165 is mount, on
# x86-64; 40 on arm64. 4096 is MS_BIND, 1 MS_RDONLY.)
mkdir shared
number=165
[ "$(uname -m)" = x86_64 ] || number=40
unshare --mount perl -e '
  my ($from, $to) = ("shared", "box-$ENV{NAP}/root/mnt");
  syscall($ARGV[0] + 0, $from, $to, 0, 4096 | 1, 0) == 0 or die "$!";
  exec "chroot", "box-$ENV{NAP}/root", "sleep", $ENV{NAP3}' "$number" &
until pgrep -x -f "sleep $NAP3"; do sleep 0.05; done
