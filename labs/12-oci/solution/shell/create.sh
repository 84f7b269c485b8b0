cat >container <<'SCRIPT'
#!/bin/bash
# container create ID BUNDLE | start ID | state ID | delete ID: the outer half.
set -eu
fail() { echo "container: $*" >&2; exit 125; }
[ $# -gt 1 ] || fail "usage: create ID BUNDLE | start ID | state ID | delete ID"
id=$2 box=$PWD/boxes/$2
if [ -d /sys/fs/cgroup/pids ]; then
  trees=(pids memory cpu)
else
  trees=(.)
  echo '+pids +memory +cpu' >/sys/fs/cgroup/cgroup.subtree_control
fi
cgroup() { # TREE: where ours is
  local own=
  [ "$1" = . ] || own=$(sed -n "s/^[0-9]*:$1://p" /proc/self/cgroup)
  echo "/sys/fs/cgroup/$1${own%/}/$id"
}
awaited() {
  perl -e 'use Fcntl; exit !sysopen my $fifo, shift, O_WRONLY | O_NONBLOCK' "$box/start"
}
case $1 in
create)
  [ -e "$3/config.json" ] || fail "there is no $3/config.json"
  mkdir -p boxes shared && mkdir "$box" || fail "there is a container $id"
  mkdir "$box"/{upper,work,root}
  mkfifo "$box"/{go,ready,start}
  chown 100000:100000 "$box"/*
  realpath "$3" >"$box/bundle"
  : >"$3/rootfs/dev/null"
  for tree in "${trees[@]}"; do
    mkdir "$(cgroup $tree)"
    for limit in pids.max=20 memory.max=100M memory.limit_in_bytes=100M cpu.cfs_quota_us=50000 \
      'cpu.max=50000 100000'; do
      [ ! -e "$(cgroup $tree)/${limit%%=*}" ] || echo "${limit#*=}" >"$(cgroup $tree)/${limit%%=*}"
    done
  done
  (
    for tree in "${trees[@]}"; do echo "$BASHPID" >"$(cgroup $tree)/cgroup.procs"; done
    exec unshare --user --keep-caps --uts --pid --mount --net --ipc --fork \
      perl inside.pl "$box" "$(realpath "$3")"
  ) &
  child=$!
  until [ "$(readlink /proc/$child/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do
    sleep 0.02
  done
  echo 0 100000 65536 >/proc/$child/uid_map
  echo 0 100000 65536 >/proc/$child/gid_map
  echo go >"$box/go"
  [ "$(timeout 20 head -c 1 "$box/ready")" = r ] || fail "the child did not come to its end"
  pgrep -P $child >"$box/pid" ;;
state)
  read -r pid <"$box/pid" || fail "there is no container $id"
  status=running
  if ! [ -d "/proc/$pid" ] || grep -q '^State:.*Z' "/proc/$pid/status"; then status=stopped
  elif awaited; then status=created; fi
  echo "{\"ociVersion\": \"1.2.0\", \"id\": \"$id\", \"status\": \"$status\", \"pid\": $pid," \
    "\"bundle\": \"$(cat "$box/bundle")\"}" ;;
# more verbs
*) fail "no verb $1" ;;
esac
SCRIPT
chmod +x container
cat >inside.pl <<'PERL'
# The inner half, one process from its birth to the command. The numbers are those of x86-64.
use strict;
my ($box, $bundle) = @ARGV;
my ($BIND, $REMOUNT, $RDONLY, $REC, $PRIVATE, $DETACH) = (4096, 32, 1, 16384, 1 << 18, 2);
sub call { my ($name, $n, @words) = @_; syscall($n, @words) >= 0 or die "$name @words: $!\n" }
# JSON is nearly Perl: ":" outside of strings is "=>".
open my $file, '<', "$bundle/config.json" or die "config.json: $!\n";
my $text = join '', <$file>;
$text =~ s/("(?:\\.|[^"\\])*")|:/defined $1 ? $1 =~ s{([\$\@])}{\\$1}gr : '=>'/ge;
$text =~ s/=>\s*(?:true|false|null)\b/=> 0/g;
my $config = eval $text or die "config.json: $@\n";
my $process = $config->{process};
open my $go, '<', "$box/go" or die; <$go>;
call('setgroups', 116, 0, 0); call('setresgid', 119, 0, 0, 0); call('setresuid', 117, 0, 0, 0);
open my $start, '+<', "$box/start" or die "start: $!\n";
open my $ready, '>', "$box/ready" or die "ready: $!\n";
my $name = $config->{hostname};
call('sethostname', 170, $name, length $name);
call('mount', 165, 0, '/', 0, $PRIVATE | $REC, 0);
call('mount', 165, 'overlay', "$box/root", 'overlay', 0,
  "lowerdir=$bundle/$config->{root}{path},upperdir=$box/upper,workdir=$box/work,userxattr");
call('mount', 165, "$box/../../shared", "$box/root/mnt", 0, $BIND, 0);
call('mount', 165, 0, "$box/root/mnt", 0, $BIND | $REMOUNT | $RDONLY, 0);
call('mount', 165, '/dev/null', "$box/root/dev/null", 0, $BIND, 0);
chdir "$box/root";
call('pivot_root', 155, '.', '.');
call('mount', 165, 'proc', '/proc', 'proc', 0, 0);
call('mount', 165, '/dev/null', "/proc/$_", 0, $BIND, 0)
  for grep { -e "/proc/$_" } qw(kcore keys sysrq-trigger timer_list);
call('umount2', 166, '.', $DETACH);
chdir $process->{cwd} or die "cwd: $!\n";
0xea & 1 << $_ or syscall(157, 24, $_, 0, 0, 0) for 0 .. 63;
my ($head, $sets) = (pack('Vl', 0x20080522, 0), "\0" x 24);
call('capget', 125, $head, $sets);
# Nothing stays inheritable; unshare had made it so.
my @sets = unpack 'V6', $sets; @sets[2, 5] = (0, 0); $sets = pack 'V6', @sets;
call('capset', 126, $head, $sets);
my @refused = (165, 272, 308, 101, 321, 250);
my @code = ([0x20, 0, 0, 0],
  (map { [0x15, $#refused - $_ + 1, 0, $refused[$_]] } 0 .. $#refused),
  [0x06, 0, 0, 0x7fff0000], [0x06, 0, 0, 0x00050001]);
my $filter = pack 'Sx6P', scalar @code, my $bytes = join '', map { pack 'SCCL', @$_ } @code;
call('no_new_privs', 157, 38, 1, 0, 0, 0);
call('seccomp', 317, 1, 0, $filter);
syswrite $ready, 'r'; close $ready;
sysread $start, my $byte, 1;
%ENV = map { split /=/, $_, 2 } @{$process->{env}};
exec @{$process->{args}} or exit 127;
PERL
