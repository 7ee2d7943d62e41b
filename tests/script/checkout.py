"""A checkout of its own for tests of the scripts: no more than the private cluster needs."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[2]
BUSY = 'source "$1/script/lib.sh"; source script/running.sh; leave_on_exit; use_cluster; echo ready; run sleep 60'


def settings_read() -> set[str]:
    """Every environment variable that the settings read."""
    code = "\n".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    return set(re.findall(r'(?:environment\.(?:text|number|flag|words|choice)|\btext)\(\s*"([A-Z0-9_]+)"', code))


class Checkout:
    """The scripts in a folder that belongs to the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / "script", folder / "script", dirs_exist_ok=True)

    def environment(self, **variables: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TMPDIR"}}
        return inherited | variables

    def cluster(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "script" / "cluster", *words],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def holder(self) -> subprocess.Popen[str]:
        """A script that uses the cluster until it is ended, like a demo or a test run."""
        holder = subprocess.Popen(
            ["bash", "-c", BUSY, "holder", str(self.folder)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        return holder

    @property
    def running(self) -> bool:
        return self.cluster("status").returncode == 0

    @property
    def url(self) -> str:
        return (self.folder / ".local" / "database-url").read_text().strip()

    def ask(self, sql: str) -> str:
        """The first value that the private database answers."""
        connection = psycopg2.connect(self.url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                row = cursor.fetchone()
                assert row is not None
                return str(row[0])
        finally:
            connection.close()

    def execute(self, *statements: str) -> None:
        """Run what cannot run in a transaction."""
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        try:
            for statement in statements:
                connection.cursor().execute(statement)
        finally:
            connection.close()
