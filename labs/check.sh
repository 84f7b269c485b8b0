# shellcheck shell=bash
# check.sh: what the checks of all labs share. Each of them begins by sourcing it, under
# `set -eu -o pipefail`.
# A check looks at the kernel, never at the words that a learner typed. It ends well, or refuses.

# refuse WHAT...: what was observed to be wrong. Not what to do about it: that is for the hints.
refuse() {
  printf '%s\n' "$*"
  exit 1
}

# container ARG...: the learner's program: ./container if there is one, in any language, else
# ./container.cs.
container() {
  if [ -x ./container ]; then ./container "$@"; else ./container.cs "$@"; fi
}

# token: eight digits that no learner can know beforehand.
token() { od -An -N4 -tx4 /dev/urandom | tr -d ' '; }

# here DIRECTORY: the world that a process of /proc is in. Each has a time namespace, which its
# containers share (time_namespaces(7)): two learners on one machine may have drawn the same number.
here() { readlink "$1/ns/time" 2>/dev/null || :; }

# running CMD ARG...: the pid of a process with exactly these words as its command line; nothing if
# there is none.
running() {
  local file words
  for file in /proc/[0-9]*/cmdline; do
    { mapfile -d '' -t words <"$file"; } 2>/dev/null || continue
    if [ "${words[*]-}" = "$*" ] && [ "$(here "${file%/cmdline}")" = "$(here /proc/self)" ]; then
      file=${file%/cmdline}
      printf '%s\n' "${file#/proc/}"
      return
    fi
  done
}

# await CMD ARG...: the same, of a process that is about to start; nothing if it does not within
# twenty seconds.
await() {
  local pid end=$((SECONDS + 20))
  while [ $SECONDS -lt $end ]; do
    pid=$(running "$@")
    [ -z "$pid" ] || { printf '%s\n' "$pid" && return; }
    sleep 0.1
  done
}

# namespace PID KIND: which one a process is in: "uts:[4026531838]".
namespace() { readlink "/proc/$1/ns/$2"; }

# parent PID: the process that made it, or took it in.
parent() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status"; }

# sleeper SECONDS: finds the process "sleep SECONDS", a number that only this learner was given; its
# pid is in $pid then.
sleeper() {
  pid=$(running sleep "$1") && [ -n "$pid" ] || pid=$(running /bin/sleep "$1")
  [ -n "$pid" ] || refuse "No process \"sleep $1\" runs."
}

# said CMD [ARG]...: what the learner's program says when it is to run a command, errors too. Nobody
# types into it.
said() { container run "$@" </dev/null 2>&1; }

# apart FUNCTION: calls a function of the check where what it mounts does not stay, on a host whose
# mounts are shared as systemd's are.
apart() {
  unshare --mount --propagation private \
    bash -c "set -eu -o pipefail; $(declare -f); mount --make-rshared /; $1"
}

# cgroup PID CONTROLLER: the directory of the cgroup that a process is in, in version 1 or 2.
cgroup() {
  local path
  path=$(sed -n "s/^[0-9]*:[^:]*\b$2\b[^:]*://p" "/proc/$1/cgroup")
  if [ -n "$path" ]; then
    set -- cgroup "$2" "$path"
  else
    set -- cgroup2 "" "$(sed -n 's/^0:://p' "/proc/$1/cgroup")"
  fi
  # The mount may begin below the hierarchy's root, in a container that CI runs in.
  awk -v type="$1" -v controller="$2" -v path="$3" '{
    for (i = 7; $i != "-"; i++);
    if ($(i + 1) != type || (controller != "" && "," $NF "," !~ "," controller ",")) next
    if ($4 != "/" && index(path, $4) == 1) path = substr(path, length($4) + 1)
    sub(/\/$/, "", path)
    print $5 path
    exit
  }' /proc/self/mountinfo
}

# limits PID CONTROLLER FILE...: what the first of these files that is there says (the name differs
# from version to version), in the cgroup of a process, and in each one above it: the least of these
# holds.
limits() {
  local directory file
  directory=$(cgroup "$1" "$2")
  shift 2
  while [ -e "$directory/cgroup.procs" ]; do
    for file in "$@"; do
      [ ! -e "$directory/$file" ] || { tr '\n' ' ' <"$directory/$file"; echo; break; }
    done
    directory=$(dirname "$directory")
  done
}

# pids_limit PID, memory_limit PID (bytes), cpu_limit PID (percent of one processor): what holds for
# a process; "max" if nothing does.
pids_limit() { limits "$1" pids pids.max | awk '$1 != "max" { print $1 }' | least || echo max; }
memory_limit() {
  limits "$1" memory memory.limit_in_bytes memory.max |
    awk '$1 != "max" && $1 < 2 ^ 60 { print $1 }' | least || echo max
}
cpu_limit() {
  # Version 2 has both numbers in one file. In version 1 the period is hardly ever changed.
  limits "$1" cpu cpu.cfs_quota_us cpu.max |
    awk '$1 != "max" && $1 > 0 { print int($1 * 100 / ($2 ? $2 : 100000)) }' | least || echo max
}

# least: the least of the numbers that it reads; it fails if there are none.
least() { sort -n | head -n 1 | grep .; }

# status PID FIELD: what /proc/PID/status says of it, with single spaces: the ids of Uid, the
# groups, the mask of CapEff.
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '\t ' ' ' | sed 's/ $//'; }

# outside PID uid|gid NUMBER: which id on the host is that one in the user namespace of a process;
# nothing if none is.
outside() {
  awk -v id="$3" '$1 <= id && id < $1 + $3 { print $2 + id - $1; exit }' "/proc/$1/$2_map"
}

# inside PID uid|gid NUMBER: the other way round.
inside() {
  awk -v id="$3" '$2 <= id && id < $2 + $3 { print $1 + id - $2; exit }' "/proc/$1/$2_map"
}

# seconds: a number of seconds to sleep that nobody else sleeps.
seconds() { printf '%d\n' "$((100000 + 0x$(token) % 800000))"; }

# has_capability PID SET NAME_NUMBER: whether a capability is in a set (CapEff, CapBnd ...) of a
# process.
has_capability() { (((0x$(status "$1" "$2") >> $3) & 1)); }

# complaint: the last line of what the learner's program wrote to standard error, which the check
# has kept in $errors.
complaint() { grep -v '^[[:space:]]*$' "${errors:?}" 2>/dev/null | tail -n 1 || :; }

# discard NAME: removes the cgroups of that name, as soon as what was in them has ended: a learner's
# program may not know how to yet.
discard() {
  local _
  for _ in {1..50}; do
    find /sys/fs/cgroup -mindepth 1 -depth -type d -name "$1" -exec rmdir {} + 2>/dev/null || :
    [ -n "$(find /sys/fs/cgroup -mindepth 1 -type d -name "$1" -print -quit 2>/dev/null)" ] ||
      return 0
    sleep 0.1
  done
}
