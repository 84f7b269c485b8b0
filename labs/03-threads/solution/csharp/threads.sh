#!/bin/bash
sed -i 's|^        Console.WriteLine(\$"this thread: .*|&\
        Thread.Sleep(Timeout.Infinite);|' threads.cs
./threads.cs name "$NAME" >/dev/null 2>&1 &
for _ in {1..300}; do
  for task in /proc/[0-9]*/task/[0-9]*; do
    [ "$(nsenter --uts="$task/ns/uts" hostname 2>/dev/null)" != "$NAME" ] || exit 0
  done
  sleep 0.1
done
