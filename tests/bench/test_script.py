"""`script/bench` refuses what it does not know before it does anything."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "script" / "bench"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--nonsense"], "script/bench [--reports N] [--connections N] [--rounds N] [--seconds N] [--markdown]"),
        (["--reports", "many"], "--reports takes a number from 1 to 9999999."),
        (["--markdown", "--rounds", "0"], "--rounds takes a number from 1 to 9999999."),
        (["--seconds"], "--seconds takes a number from 1 to 9999999."),
    ],
)
def test_an_option_that_is_none_is_answered_with_a_sentence(words: list[str], sentence: str):
    done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (1, sentence + "\n")
