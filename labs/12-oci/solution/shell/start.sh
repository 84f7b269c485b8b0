sed -i '/^# more verbs/r /dev/stdin' container <<'SCRIPT'
start)
  awaited || fail "$id does not wait for start"
  printf s >"$box/start" ;;
delete)
  [ -d "$box" ] || fail "there is no container $id"
  for tree in "${trees[@]}"; do
    while read -r pid; do kill -9 "$pid" || :; done <"$(cgroup $tree)/cgroup.procs"
    until rmdir "$(cgroup $tree)" 2>/dev/null; do sleep 0.05; done
  done
  rm -rf "$box" ;;
SCRIPT
