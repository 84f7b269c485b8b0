cp "$LAB_ROOT/labs/05-chroot/solution/escape" rootfs/escape
chmod +x rootfs/escape
