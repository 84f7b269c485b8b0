cat > container <<'X'
#!/bin/sh
# container run CMD [ARG]...
shift
exec env -i PATH=/bin HOME=/root TERM="$TERM" /usr/bin/unshare --uts --pid --fork \
  /bin/sh -c 'hostname box && exec /usr/sbin/chroot rootfs "$@"' sh "$@"
X
chmod +x container
