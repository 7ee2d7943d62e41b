# shellcheck shell=bash
# What all scripts share: where things lie, how they speak, and how they show a long step.
set -euo pipefail

# A script that another one starts in the background finds SIGINT ignored, and bash traps nothing that it found so.
if [ "$0" = "${BASH_SOURCE[1]:-}" ] && ((0x$(sed -n 's/^SigIgn:\s*//p' "/proc/$$/status") & 2)); then
  exec env --default-signal=INT,QUIT "$0" "$@"
fi

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LOCAL=$ROOT/.local
cd "$ROOT"

start_of_line() { [ ! -t 2 ] || printf '\r\033[K' >&2; } # a long step beside us may be showing its newest words there
say() { start_of_line; printf '==> %s\n' "$*" >&2; }
die() { start_of_line; printf '%s\n' "$*" >&2; exit 1; }

make_local() {
  [ -d "$LOCAL/log" ] && [ -d "$LOCAL/mail" ] && [ -w "$LOCAL" ] && return
  # The folder may be passed through (the cluster can belong to another user), never listed.
  mkdir -p "$LOCAL/log" "$LOCAL/mail" 2>/dev/null && chmod 711 "$LOCAL" && chmod 700 "$LOCAL/log" "$LOCAL/mail" && return
  die "$LOCAL cannot be written by $(id -un): make the checkout yours (or remove .local) and run this again."
}

# watched LOG COMMAND…: runs a long command, all its words into .local/log/LOG, the newest shown as it goes.
watched() {
  local log=$LOCAL/log/$1 status=0
  shift
  "$@" 2>&1 </dev/null | tee "$log" | show_newest || status=$?
  return $status
}
show_newest() {
  local line shown=$SECONDS
  while IFS= read -r line; do
    line=${line//[^[:print:]]/}
    [ -n "$line" ] || continue
    if [ -t 2 ]; then
      printf '\r\033[K    %.90s' "$line" >&2
    elif ((SECONDS - shown >= 10)); then
      printf '    %.90s\n' "$line" >&2
      shown=$SECONDS
    fi
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

last_words() { grep . "$1" | tail -n 1; } # LOG: the last line that says anything

# not_installed WHAT LOG: ends with one sentence that says why, as far as the log tells.
not_installed() {
  local log=.local/log/$2 why
  if grep -qiE 'resolv|timed out|unreachable|refused|NewConnection|EAI_AGAIN|ENOTFOUND|ECONN' "$log"; then
    die "$1 could not be installed because the network does not answer: connect this machine and run the same again ($log)."
  fi
  why=$(grep -iE '^(E:|ERROR|npm err)' "$log" | tail -n 1)
  die "$1 could not be installed: ${why:-nothing says why} ($log)."
}
