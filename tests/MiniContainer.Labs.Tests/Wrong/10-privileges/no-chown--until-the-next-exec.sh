#!/bin/bash
# expects: but a program that it executes can
# capset: gone from what the process has, not from what root gets at an exec. A process that never execs lives on without it.
exec 3< <(:)
perl -e 'my ($head, $sets) = (pack("Vl", 0x20080522, 0), "\0" x 24);
  syscall(125, $head, $sets) == 0 or die; my @sets = unpack "V6", $sets;
  $sets[$_] &= ~1 for 0, 1; $sets = pack "V6", @sets; syscall(126, $head, $sets) == 0 or die "capset: $!\n";
  open my $title, ">", "/proc/self/comm"; $0 = "sleep $ARGV[0]"; sleep' "$NAP" &
until tr '\0' ' ' </proc/$!/cmdline | grep "^sleep $NAP"; do sleep 0.02; done
