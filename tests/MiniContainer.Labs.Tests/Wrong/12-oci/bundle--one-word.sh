#!/bin/bash
# expects: minic cannot create a container of it
# args is a list of words, and no shell splits one.
. "$LAB_ROOT/labs/$LAB/solution/csharp/bundle.sh"
sed -i "s/\"sleep\", \"$NAP\"/\"sleep $NAP\"/" bundle/config.json
