"""What hostile requests leave in the log."""

import logging
from io import StringIO

import pytest

from config.logs import Briefly


@pytest.fixture
def log(monkeypatch):
    """What the process writes into its log."""
    [handler] = [each for each in logging.getLogger().handlers if any(isinstance(f, Briefly) for f in each.filters)]
    stream = StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


def test_a_mistake_of_a_client_is_a_line(db, client, log):
    client.get("/api/v1/reports", HTTP_HOST="evil.example")
    client.get("/?" + "&".join(f"f{number}=x" for number in range(1500)))
    said = log.getvalue()
    assert "evil.example" in said
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) <= 6


def test_a_mistake_of_ours_is_told_with_its_way(log):
    try:
        raise ValueError("ours")
    except ValueError:
        for name in ("api.errors", "django.request"):
            logging.getLogger(name).exception("Unexpected error")
    assert log.getvalue().count("Traceback") == 2
