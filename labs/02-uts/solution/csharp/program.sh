#!/bin/bash
sed "s/\"box\"/\"$NAME\"/" ../../labs/02-uts/container.cs >container.cs
./container.cs run true
