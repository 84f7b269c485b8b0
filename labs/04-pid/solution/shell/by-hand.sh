#!/bin/bash
unshare --pid --fork sleep "$NAP" &
sleep 0.2
