#!/bin/bash
# Python's threads are the kernel's, too.
cat >two.py <<'X'
import ctypes, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def other():
    name = sys.argv[1].encode()
    if libc.unshare(0x04000000) or libc.sethostname(name, len(name)):
        sys.exit("errno %d" % ctypes.get_errno())
    time.sleep(100000)
threading.Thread(target=other).start()
X
python3 two.py "$NAME" >/dev/null 2>&1 &
for _ in {1..300}; do
  for task in /proc/[0-9]*/task/[0-9]*; do
    [ "$(nsenter --uts="$task/ns/uts" hostname 2>/dev/null)" != "$NAME" ] || exit 0
  done
  sleep 0.1
done
