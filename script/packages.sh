# shellcheck shell=bash disable=SC2016
# What City Eye needs from Debian or Ubuntu: which packages are missing, and their installation.

distribution() { (. /etc/os-release 2>/dev/null && printf '%s-%s\n' "${ID:-}" "${VERSION_ID:-}"); }

server_packages() { # the distribution's PostgreSQL with its PostGIS
  case $(distribution) in
    debian-12) echo postgresql-15 postgresql-15-postgis-3 ;;
    debian-13) echo postgresql-17 postgresql-17-postgis-3 ;;
    ubuntu-24.04) echo postgresql-16 postgresql-16-postgis-3 ;;
    *) echo postgresql postgresql-postgis ;;
  esac
}

find_python() { # prints the first Python that is new enough and can make a virtual environment
  local python
  # The distribution's first: it is built for speed (a sixth less time than one that pyenv made) and kept up to date.
  for python in /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
    "$python" -c 'import sys, ctypes, ssl, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    command -v "$python"
    return
  done
  return 1
}

missing_packages() { # [--browser]; with DATABASE_URL the server is somebody else's
  [ -n "${DATABASE_URL:-}" ] || find_server || server_packages
  command -v ogr2ogr >/dev/null || echo gdal-bin
  command -v msgfmt >/dev/null || echo gettext
  has_pango || echo libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
  [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || find_python >/dev/null || echo python3-venv
  [ -d node_modules ] && [ -e node_modules/.complete ] || npm --version >/dev/null 2>&1 || echo nodejs npm
  # Ubuntu's chromium is a snap, which neither installs nor runs everywhere.
  [ "${1:-}" != --browser ] || has_chromium || [[ $(distribution) != debian-* ]] || echo chromium
}
has_pango() { command -v ls >/dev/null && ls /usr/lib/*/libpangoft2-1.0.so.0 /usr/lib/*/libharfbuzz-subset.so.0 >/dev/null 2>&1; }
has_chromium() { [[ $(command -v chromium) == /usr/bin/* ]]; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

may_install() {
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; }
}

apt_get() { # apt-get, patient with another apt that is at work (a fresh machine updates itself)
  local log=apt-$1.log
  for _ in {1..120}; do
    watched "$log" as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
      apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" && return
    grep -q 'Could not get lock' "$LOCAL/log/$log" || return
    sleep 5
  done
  return 1
}

# The server's package makes a "main" cluster and starts it; on a machine that has none, ours is not to be the cause of one.
DROP_IN=/etc/postgresql-common/createcluster.d/city-eye-bootstrap.conf
without_main_cluster() {
  local status=0
  as_root sh -c 'mkdir -p "${1%/*}" && echo "create_main_cluster = false" >"$1"' sh "$DROP_IN"
  "$@" || status=$?
  as_root rm -f "$DROP_IN"
  command -v pg_createcluster >/dev/null || as_root rmdir "${DROP_IN%/*}" "${DROP_IN%/*/*}"
  return $status
}

install_packages() { # PACKAGE…
  local list="$*"
  command -v apt-get >/dev/null ||
    die "Missing: $list (these are Debian's names). Install them, or use Debian 12 or 13 or Ubuntu 24.04, and run this again."
  may_install || die "Ask the administrator for: apt-get install $list"
  say "Installing $list"
  local install=(without_main_cluster apt_get install --no-install-recommends --no-upgrade "$@")
  "${install[@]}" || { say "Fetching the list of packages" && apt_get update && "${install[@]}"; } ||
    not_installed "The packages" apt-install.log
}
