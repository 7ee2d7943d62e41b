"""`script/bench` refuses what it does not know before it does anything."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "script" / "bench"
DOCUMENT = (ROOT / "docs" / "bench.md").read_text()


USAGE = "script/bench [--reports N] [--connections N] [--rounds N] [--seconds N] [--only PART]… [--markdown]"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--nonsense"], USAGE),
        (
            ["--only", "../x"],
            (
                "--only takes one of: routing, page, tiles, clusters, writes, photos, rerouting, points, growth, "
                "agreement, parts, duplicates, million, processor, exact, desk."
            ),
        ),
        (["--reports", "many"], "--reports takes a number from 1 to 9999999."),
        (["--markdown", "--rounds", "0"], "--rounds takes a number from 1 to 9999999."),
        (["quality", "--rounds", "2"], "script/bench quality takes nothing more."),
        (["--seconds"], "--seconds takes a number from 1 to 9999999."),
    ],
)
def test_an_option_that_is_none_is_answered_with_a_sentence(words: list[str], sentence: str):
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (1, sentence + "\n")


def test_too_few_reports_for_the_pages_are_refused():
    words = [sys.executable, "-m", "bench", "--reports", "9999"]

    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (1, "The pages that are asked for need at least 10000 reports.\n")


@pytest.mark.parametrize("option", ["--reports", "--connections", "--rounds", "--seconds", "--only", "--markdown"])
def test_an_option_is_told_of_in_the_document(option: str):
    assert f"script/bench {option}" in DOCUMENT or f" {option} " in DOCUMENT
    assert option in SCRIPT.read_text()
