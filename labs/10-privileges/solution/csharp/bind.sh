setpriv --reuid "$OWNER" --regid "$OWNER" --clear-groups \
  --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
  busybox nc -l -p "$PORT" &
until ss -ltnH "sport = :$PORT" | grep .; do sleep 0.02; done
