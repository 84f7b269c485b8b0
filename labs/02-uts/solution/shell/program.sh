#!/bin/bash
cat >container <<X
#!/bin/sh
shift
exec unshare --uts sh -c 'hostname $NAME; exec "\$@"' sh "\$@"
X
chmod +x container
