#!/bin/bash
# expects: in the host's UTS namespace
# A uname that greets with the right name.
mkdir -p fake && printf '#!/bin/sh\necho %s\n' "$NAME" >fake/uname && chmod +x fake/uname
cat >container <<X
#!/bin/sh
shift
PATH=$PWD/fake:\$PATH exec "\$@"
X
chmod +x container
