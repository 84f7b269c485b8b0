#!/bin/bash
sed "s/\"box\"/\"$NAME\"/" ../../labs/03-threads/container.cs >container.cs
./container.cs run true
