# shellcheck shell=bash
# check.sh: what the checks of all labs share; sourced before each of them, under `set -eu -o pipefail`.
# A check looks at the kernel, never at the words that a learner typed. It ends well, or refuses.

# refuse WHAT...: what was observed to be wrong. Not what to do about it: that is for the hints.
refuse() {
  printf '%s\n' "$*"
  exit 1
}

# container ARG...: the learner's program: ./container if there is one, in any language, else ./container.cs.
container() {
  if [ -x ./container ]; then ./container "$@"; else ./container.cs "$@"; fi
}

# token: eight digits that no learner can know beforehand.
token() { od -An -N4 -tx4 /dev/urandom | tr -d ' '; }

# running CMD ARG...: the pid of a process with exactly these words as its command line; nothing if there is none.
running() {
  local directory words want
  printf -v want '%s ' "$@"
  for directory in /proc/[0-9]*; do
    words=$(tr '\0' ' ' 2>/dev/null <"$directory/cmdline") || continue
    if [ "$words" = "$want" ]; then
      printf '%s\n' "${directory#/proc/}"
      return
    fi
  done
}

# await CMD ARG...: the same, of a process that is about to start; nothing if it does not within eight seconds.
await() {
  local _ pid
  for _ in {1..80}; do
    pid=$(running "$@")
    [ -z "$pid" ] || { printf '%s\n' "$pid" && return; }
    sleep 0.1
  done
}

# namespace PID KIND: which one a process is in: "uts:[4026531838]".
namespace() { readlink "/proc/$1/ns/$2"; }

# parent PID: the process that made it, or took it in.
parent() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status"; }

# status PID FIELD: what /proc/PID/status says of it, with single spaces: the ids of Uid, the groups, the mask of CapEff.
status() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '\t ' ' ' | sed 's/ $//'; }

# outside PID uid|gid NUMBER: which id on the host is that one in the user namespace of a process; nothing if none is.
outside() {
  awk -v id="$3" '$1 <= id && id < $1 + $3 { print $2 + id - $1; exit }' "/proc/$1/$2_map"
}

# inside PID uid|gid NUMBER: the other way round.
inside() {
  awk -v id="$3" '$2 <= id && id < $2 + $3 { print $1 + id - $2; exit }' "/proc/$1/$2_map"
}

# seconds: a number of seconds to sleep that nobody else sleeps.
seconds() { printf '%d\n' "$((100000 + 0x$(token) % 800000))"; }

# has_capability PID SET NAME_NUMBER: whether a capability is in a set (CapEff, CapBnd ...) of a process.
has_capability() { (((0x$(status "$1" "$2") >> $3) & 1)); }

# said: the last line of what the learner's program wrote to standard error, which the check has kept in $errors.
said() { grep -v '^[[:space:]]*$' "$errors" 2>/dev/null | tail -n 1 || :; }
