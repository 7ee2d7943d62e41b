"""The private PostGIS cluster of a checkout: where it is, and that it runs."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
DATABASE_URL_FILE = ROOT / ".local" / "database-url"


def private_database_url() -> str | None:
    """The URL that `script/bootstrap` wrote for this checkout's own cluster, or None before it ran."""
    try:
        return DATABASE_URL_FILE.read_text().strip() or None
    except OSError:
        return None


def ensure_running() -> None:
    """Start the private cluster if it is the database in use and does not answer."""
    url = private_database_url()
    if os.environ.get("DATABASE_URL") or url is None or _answers(url):
        return
    done = subprocess.run([ROOT / "script" / "cluster", "start"], stdout=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode:
        sys.exit("The private PostGIS cluster does not start: run script/bootstrap, or set DATABASE_URL.")


def _answers(url: str) -> bool:
    """Whether a server listens on the Unix socket that `url` names in its `host` parameter."""
    folder = parse_qs(urlsplit(url).query).get("host", [""])[0]
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(Path(folder) / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True
