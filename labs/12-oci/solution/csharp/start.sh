cp ../../labs/12-oci/container.cs .
