"""What of a record goes into the log."""

import logging
from typing import Any


class Briefly(logging.Filter):
    """A mistake of a client is told in its line alone: the way that it took through our code is the same each time.

    Else whoever asks for nonsense fills the log with it, some forty lines a request.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always to be logged."""
        is_refusal = record.name == "django.request" and record.levelno < logging.ERROR
        if is_refusal or record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
        return True


def to_stderr(*, level: str) -> dict[str, Any]:
    """Django's LOGGING: a line for each record of this level and above."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "filters": {"briefly": {"()": Briefly}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["briefly"]}},
        "root": {"handlers": ["stderr"], "level": level},
    }
