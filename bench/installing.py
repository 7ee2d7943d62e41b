"""Peers that are installed where they are wanted: below .local, in the versions that `bench/locks` names."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.database import ROOT

FOLDER: Final = ROOT / ".local" / "bench" / "peers"
LOCKS: Final = Path(__file__).with_name("locks")
LOG: Final = ROOT / ".local" / "log" / "bench-peers.log"
PATIENCE_S: Final = 600
PIP: Final = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps", "--require-hashes")


class NotInstallable(Exception):
    """A peer cannot be had here; the sentence says why."""


def install(name: str) -> None:
    """See that the peer of that name is there as its lock says. Raises NotInstallable."""
    sources = sorted(LOCKS.glob(f"{name}*.lock")) + sorted(LOCKS.glob(f"{name}/*.json"))
    wanted, stamp = _fingerprint(sources), FOLDER / name / ".complete"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    (FOLDER / name).mkdir(parents=True)
    for words in _steps(name, sources):
        _run(words)
    stamp.write_text(wanted)


def _steps(name: str, sources: Sequence[Path]) -> list[list[str]]:
    """The commands: npm for packages of node, a folder beside our packages, or an environment of its own."""
    folder = str(FOLDER / name)
    lock = str(sources[0])
    if sources[0].suffix == ".json":
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund"]
        return [["cp", *map(str, sources), folder], ["npm", "ci", "--prefix", folder, *quiet]]
    if name == "vectortiles":
        return [[sys.executable, *PIP, "--target", folder, "-r", lock]]
    return [[sys.executable, "-m", "venv", folder], [f"{folder}/bin/python", *PIP, "-r", lock]]


def _run(words: Sequence[str]) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        with LOG.open("wb") as log:
            subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = LOG.read_text(errors="replace").strip().splitlines()
        why = next((line for line in reversed(said) if "rror" in line or "ERR" in line), str(error))
        raise NotInstallable(f"not measured, as it could not be installed here ({why.strip()[:160]})") from error


def _fingerprint(sources: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()
