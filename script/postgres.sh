# shellcheck shell=bash disable=SC2016
# The private PostgreSQL cluster of this checkout: whose it is, where it lies and how it is made.
# It answers on no TCP port, only in a socket directory that is closed to everybody but its user.

# PostgreSQL refuses to run as root: then the cluster belongs to the user that Debian's package makes for this.
if [ "$(id -u)" = 0 ]; then OWNER=postgres; else OWNER=$(id -un); fi
NAME=city-eye-$(printf '%s:%s' "$OWNER" "$ROOT" | sha256sum | cut -c1-12)

as_owner() ( # a command as the cluster's user, untouched by the caller's PG* variables and locale
  cd /
  local user=()
  [ "$(id -u)" != 0 ] || user=(setpriv --reuid="$OWNER" --regid="$(id -g "$OWNER")" --init-groups --)
  exec "${user[@]}" env -i PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 TZ=UTC "$@"
)

find_server() { # sets BIN: the server of that version, else the newest one, that has PostGIS
  local version
  for version in $(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -rV | cut -d/ -f5); do
    [ -x "/usr/lib/postgresql/$version/bin/initdb" ] || continue
    [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] || continue
    [ "${1:-$version}" = "$version" ] || continue
    BIN=/usr/lib/postgresql/$version/bin
    return 0
  done
  return 1
}

find_cluster() { # sets HOME_DIR and DATA; true if a whole cluster of this checkout lies there
  local remembered
  remembered=$(cat "$LOCAL/postgres-home" 2>/dev/null) || true
  HOME_DIR=$LOCAL/postgres
  # A copied checkout remembers the folder of the original: by its name that one is not ours.
  [[ ${remembered##*/} != "$NAME"* ]] || HOME_DIR=$remembered
  DATA=$HOME_DIR/data
  [ -s "$DATA/PG_VERSION" ] && [ "$(stat -c %U "$DATA")" = "$OWNER" ]
}

private_folder() { # prints a folder that is the owner's alone; one that somebody else has prepared is not used
  local folder=$1/$NAME
  as_owner mkdir -m 700 "$folder" 2>/dev/null ||
    [ "$(stat -c '%F %a %U' "$folder" 2>/dev/null)" = "directory 700 $OWNER" ] ||
    folder=$(as_owner mktemp -d "$1/$NAME-XXXXXX") ||
    die "No temporary folder can be made for the user $OWNER in $1, and the database needs one."
  printf '%s\n' "$folder"
}

choose_home() { # sets HOME_DIR and DATA: in the checkout, or among the temporary files if its user cannot get there
  local temporary=${TMPDIR:-/tmp}
  HOME_DIR=$LOCAL/postgres
  rm -rf "$HOME_DIR" "$LOCAL/postgres-home"
  mkdir -m 700 "$HOME_DIR" && chown "$OWNER" "$HOME_DIR"
  if ! as_owner test -w "$HOME_DIR"; then
    rmdir "$HOME_DIR"
    as_owner test -w "$temporary" || temporary=/tmp
    HOME_DIR=$(private_folder "$temporary") || exit
    printf '%s\n' "$HOME_DIR" >"$LOCAL/postgres-home"
  fi
  DATA=$HOME_DIR/data
}

choose_socket() { # prints the socket directory: short (the kernel allows 107 bytes) and without odd characters
  local folder=$HOME_DIR/socket
  if [[ ${#folder} -lt 90 && $folder =~ ^[A-Za-z0-9/._-]+$ ]]; then
    as_owner mkdir -p -m 700 "$folder" && printf '%s\n' "$folder"
  else private_folder /tmp; fi
}

make_cluster() {
  local log=$LOCAL/log/initdb.log
  find_server || die "No PostgreSQL with PostGIS is installed here: run script/bootstrap."
  say "Making the private database cluster"
  rm -f "$LOCAL/database-url"
  choose_home
  stop_server
  as_owner rm -rf "$DATA" "$DATA.new"
  head -c 32 /dev/urandom | sha256sum | cut -c1-40 | as_owner sh -c 'umask 077; cat >"$1"' sh "$HOME_DIR/password"
  as_owner "$BIN/initdb" -D "$DATA.new" -U cityeye --pwfile="$HOME_DIR/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >"$log" 2>&1 || die "The database cluster could not be made: $(last_words "$log")"
  as_owner sh -c 'echo "include_if_exists = city-eye.conf" >>"$1/postgresql.conf"' sh "$DATA.new"
  as_owner mv "$DATA.new" "$DATA" # only now is it there: a cluster half made is made again
}
