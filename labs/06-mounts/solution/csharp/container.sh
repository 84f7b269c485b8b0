# The finished program. What is new in it: "What changed since the last stage" in the lesson.
cp "$LAB_ROOT/labs/06-mounts/container.cs" .
