#!/bin/bash
# Without exec: this shell stays, and its child is born elsewhere.
cat >container <<X
#!/bin/sh
shift
unshare --uts sh -c 'hostname $NAME; exec "\$@"' sh "\$@"
X
chmod +x container
