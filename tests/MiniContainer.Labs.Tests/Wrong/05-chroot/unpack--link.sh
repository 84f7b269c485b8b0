#!/bin/bash
# expects: rootfs is the image itself
# A link looks like a copy, until somebody writes to it.
ln -s ../rootfs/busybox rootfs
