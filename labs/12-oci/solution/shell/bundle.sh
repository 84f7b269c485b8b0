# Docker's defaults, and four lines of them changed.
mkdir bundle
cp -a ../../out/rootfs/busybox bundle/rootfs
minic spec --bundle bundle
sed -i -z 's/"terminal": true/"terminal": false/; s/"args": \[[^]]*\]/"args": ["sleep", "'"$NAP"'"]/; s/"cwd": "[^"]*"/"cwd": "\/tmp"/; s/"hostname": "[^"]*"/"hostname": "'"$NAME"'"/' bundle/config.json
