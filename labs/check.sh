# shellcheck shell=bash
# check.sh: what the checks of all labs share; sourced before each of them, under `set -eu -o pipefail`.
# A check looks at the kernel, never at the words that a learner typed. It ends well, or refuses.

# refuse WHAT...: what was observed to be wrong. Not what to do about it: that is for the hints.
refuse() {
  printf '%s\n' "$*"
  exit 1
}

# sleeper SECONDS: finds the process "sleep SECONDS", whose number only this learner was given; its pid is in $pid then.
sleeper() {
  pid=$(pgrep -x -f "(/bin/|/usr/bin/)?sleep $1" | head -n 1) || :
  [ -n "$pid" ] || refuse "No process \"sleep $1\" runs."
}

# container CMD [ARG]...: runs the learner's program, ./container in whatever language, or ./container.cs; ends it after a minute.
container() {
  local program=./container.cs
  ! [ -f ./container ] || program=./container
  timeout --signal=KILL 60 "$program" run "$@" </dev/null 2>&1
}

# fresh: eight digits that nobody could know.
fresh() {
  od -An -N4 -tx4 /dev/urandom | tr -d ' '
}
