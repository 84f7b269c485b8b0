# shellcheck shell=bash
# check.sh: what the checks of all labs share; sourced before each of them, under `set -eu -o pipefail`.
# A check looks at the kernel, never at the words that a learner typed. It ends well, or refuses.

# refuse WHAT...: what was observed to be wrong. Not what to do about it: that is for the hints.
refuse() {
  printf '%s\n' "$*"
  exit 1
}
