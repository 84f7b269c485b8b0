cp ../../labs/10-privileges/container.cs .
