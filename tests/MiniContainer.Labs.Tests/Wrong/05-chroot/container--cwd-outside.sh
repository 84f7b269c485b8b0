#!/bin/bash
# expects: The command does not begin in /
# after: shell
cat > container <<'X'
#!/usr/bin/perl
shift;
chroot "rootfs" or die;
$ENV{PATH} = "/bin";
exec @ARGV;
X
chmod +x container
