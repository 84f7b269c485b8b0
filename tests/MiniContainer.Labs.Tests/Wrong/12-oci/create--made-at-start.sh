#!/bin/bash
# after: shell
# expects: shares the host's user namespace
# create only notes what start would do; a sleeper stands in for the container.
mkdir -p boxes
cat >container <<'SCRIPT'
#!/bin/bash
case $1 in
create) sleep infinity & echo "{\"ociVersion\": \"1.2.0\", \"id\": \"$2\", \"status\": \"created\", \"pid\": $!, \"bundle\": \"$(realpath "$3")\"}" >"boxes/$2" ;;
state) cat "boxes/$2" ;;
esac
SCRIPT
chmod +x container
