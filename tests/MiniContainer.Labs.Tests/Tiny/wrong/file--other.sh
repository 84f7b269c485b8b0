#!/bin/bash
# expects: where $NAME was asked for
echo other > name
