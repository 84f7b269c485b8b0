cp ../../labs/11-exec/container.cs .
