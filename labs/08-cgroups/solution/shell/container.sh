cp -a ../rootfs/busybox rootfs
# The program of lab 07 as it was, and limits around it.
bash "$LAB_ROOT/labs/07-layers/solution/shell/container.sh"
mv container box
cat > container <<'X'
#!/bin/bash
# container run CMD [ARG]...
. ./under
cgroups=()
limit() { # CONTROLLER FILE VALUE [FILE2 VALUE2]: by the second pair in version 2
  local cgroup
  cgroup=$(under "$1")/box-$$
  mkdir -p "$cgroup"
  if [ -e "$cgroup/$2" ]; then echo "$3" > "$cgroup/$2"; else echo "$5" > "$cgroup/$4"; fi
  cgroups+=("$cgroup")
}
limit pids pids.max 20
limit memory memory.limit_in_bytes 100M memory.max 100M
limit cpu cpu.cfs_quota_us 50000 cpu.max "50000 100000"
(
  for cgroup in "${cgroups[@]}"; do echo $BASHPID > "$cgroup/cgroup.procs"; done
  exec ./box "$@"
)
code=$?
for cgroup in "${cgroups[@]}"; do
  # A process leaves its cgroup a moment after its end. In version 2 all three share one cgroup.
  until [ ! -d "$cgroup" ] || rmdir "$cgroup" 2>/dev/null; do sleep 0.01; done
done
exit $code
X
chmod +x container
