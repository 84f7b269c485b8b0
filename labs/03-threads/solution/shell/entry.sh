#!/bin/bash
sed -i 's|; exec|; cd /srv; exec|' container
