# shellcheck shell=bash
# Running things until they end or are ended, and holding the private cluster meanwhile.

# A signal that comes while the shell waits for a foreground command is held back until that command ends; so
# whatever may take long runs behind us, we wait for it, and `stop_tree` ends it with all it has started.
run() {
  "$@" <&0 & CHILD=$!
  local status=0
  wait "$CHILD" || status=$?
  CHILD=
  return $status
}
CHILD=

stop_tree() { # SIGNAL PID: a process and all it has started, listed before the first of them can go
  local child children
  children=$(cat "/proc/$2/task/"*/children 2>/dev/null) || true
  kill "-$1" "$2" 2>/dev/null || true
  for child in $children; do stop_tree "$1" "$child"; done
}

# beside COMMAND…: runs while we go on; `joined` waits for all of these, and fails if one has.
beside() { "$@" <&0 & BESIDE+=($!); }
BESIDE=()
joined() {
  local each status=0
  for each in "${BESIDE[@]}"; do wait "$each" || status=$?; done
  BESIDE=()
  return $status
}

# The private cluster is held by a shared lock for as long as a script uses it; the last to leave stops it, if it was
# started only for such a use. With DATABASE_URL set there is no private cluster to hold.
use_cluster() {
  [ -z "${DATABASE_URL:-}" ] || return 0
  make_local
  exec 9>>"$LOCAL/cluster.lock"
  flock -s 9
  HOLDING=yes
  script/cluster start --for-now 9>&-
}
HOLDING=

leave() { # on the way out, whatever the reason
  trap '' INT TERM HUP
  local each
  [ -z "$CHILD" ] || stop_child
  for each in "${BESIDE[@]}"; do stop_tree TERM "$each"; done
  [ -n "$HOLDING" ] || return 0
  exec 9>&-
  script/cluster release || true
}
stop_child() { # a server ends its own children in good order, if it is given the time
  if [ -n "$SERVES" ]; then
    kill -TERM "$CHILD" 2>/dev/null || true
    for _ in {1..150}; do kill -0 "$CHILD" 2>/dev/null || break; sleep 0.1; done
    stop_tree KILL "$CHILD"
  else stop_tree TERM "$CHILD"; fi
  wait "$CHILD" 2>/dev/null || true
}
SERVES=

leave_on_exit() {
  trap leave EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# serve COMMAND…: a program that stays, on the private cluster or on the given database.
serve() {
  [ -x .venv/bin/python ] || die "Run script/bootstrap first."
  [ -z "${DATABASE_URL:-}" ] || exec "$@"
  leave_on_exit
  use_cluster
  SERVES=yes
  run env --default-signal=INT,QUIT "$@" # which `run` had it ignore: the web server tells its workers to end by SIGINT
}
