# The finished stage, without what comes in the next step.
sed '/case \["start"/,/return 0;/d; /case \["delete"/d' ../../labs/12-oci/container.cs >new
cat new >container.cs && rm new
