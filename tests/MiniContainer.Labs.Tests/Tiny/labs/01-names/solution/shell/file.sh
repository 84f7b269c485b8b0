echo "$NAME" > name
