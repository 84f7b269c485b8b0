#!/bin/bash
# expects: shares the host's UTS namespace
sleep "$NAP" &
