# Docker's defaults, and four lines of them changed.
mkdir bundle
cp -a ../../out/rootfs/busybox bundle/rootfs
minic spec --bundle bundle
sed -i -z -e 's/"terminal": true/"terminal": false/' -e 's/"cwd": "[^"]*"/"cwd": "\/tmp"/' \
  -e 's/"args": \[[^]]*\]/"args": ["sleep", "'"$NAP"'"]/' \
  -e 's/"hostname": "[^"]*"/"hostname": "'"$NAME"'"/' bundle/config.json
