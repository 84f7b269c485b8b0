for step in drop filter; do . "../../labs/10-privileges/solution/shell/$step.sh"; done
./container run sleep "$NAP" &
until pid=$(pgrep -x -f "sleep $NAP"); do sleep 0.05; done
nsenter --target "$pid" --all sleep "$DOZE" &
until pgrep -x -f "sleep $DOZE"; do sleep 0.02; done
