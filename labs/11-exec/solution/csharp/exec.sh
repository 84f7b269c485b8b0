# The finished stage, without what comes in the next step.
sed 's/\.\. BecomeRoot(), \.\. Drop(),/.. BecomeRoot(),/; /foreach (var tree/,+1d' \
  ../../labs/11-exec/container.cs >new
cat new >container.cs && rm new
