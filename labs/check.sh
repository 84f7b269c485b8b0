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
  local file words
  for file in /proc/[0-9]*/cmdline; do
    { mapfile -d '' -t words <"$file"; } 2>/dev/null || continue
    if [ "${words[*]-}" = "$*" ]; then
      file=${file%/cmdline}
      printf '%s\n' "${file#/proc/}"
      return
    fi
  done
}

# await CMD ARG...: the same, of a process that is about to start; nothing if it does not within twenty seconds.
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
