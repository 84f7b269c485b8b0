#!/bin/bash
nsenter --uts --target "$(pgrep -fx "sleep $NAP")" sleep "$NAP2" &
