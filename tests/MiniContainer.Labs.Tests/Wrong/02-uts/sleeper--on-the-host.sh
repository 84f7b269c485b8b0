#!/bin/bash
# expects: in the host's UTS namespace
hostname "$NAME"
sleep "$NAP" &
