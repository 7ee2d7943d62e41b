"""supercluster (npm): clusters that are made once and kept in the memory of one process, which asks itself."""

import atexit
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.clients import Failed, Speed
from bench.installing import FOLDER

SCRIPT: Final = Path(__file__).with_name("supercluster.mjs")


@dataclass(frozen=True, kw_only=True)
class Supercluster:
    """A process with all places in it."""

    process: subprocess.Popen[str]
    load_ms: float
    megabytes: float

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Ask for the same view for so long. Raises Failed."""
        found = _told(self.process, str(seconds))
        return Speed(per_second=found["per_second"], median_ms=found["median_ms"])


def start(*, box: tuple[float, float, float, float], zoom: int, places: bytes) -> Supercluster:
    """A process that has loaded the places (JSON, `[[lon, lat], …]`) and answers about the box. Raises Failed."""
    folder = FOLDER / "supercluster"
    file = folder / "places.json"
    file.write_bytes(places)
    process = subprocess.Popen(
        [
            "setpriv",
            "--pdeathsig",
            "TERM",
            "--",
            "node",
            SCRIPT,
            folder / "node_modules",
            file,
            json.dumps(box),
            str(zoom),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.kill)
    found = _told(process, "")
    return Supercluster(process=process, load_ms=found["load_ms"], megabytes=found["megabytes"])


def _told(process: subprocess.Popen[str], word: str) -> dict[str, float]:
    """The answer to a word, one line of JSON."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(word + "\n")
        process.stdin.flush()
        found: dict[str, float] = json.loads(process.stdout.readline())
    except (OSError, ValueError) as error:
        raise Failed(f"supercluster in node: {error}") from error
    return found
