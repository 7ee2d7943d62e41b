"""What of a record goes into the log."""

import logging


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
