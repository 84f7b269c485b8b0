#!/bin/bash
cp ../../labs/04-pid/container.cs .
./container.cs run true
