#!/bin/bash
# expects: is in /srv now
sed -i 's|^    using var child|    Directory.SetCurrentDirectory("/srv");\n&|' container.cs
