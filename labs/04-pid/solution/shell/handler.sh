#!/bin/bash
./container run bash -c "trap 'exit 0' TERM; sleep $NAP2 & wait" &
sleep 0.3
