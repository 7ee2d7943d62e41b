"""What can go wrong when a message is handed to a channel, told apart by what is to be done next."""

from datetime import timedelta


class DeliveryError(Exception):
    """A message did not go out, or nobody knows whether it did; the text says why and names nobody."""


class Permanent(DeliveryError):
    """The message will never go out as it is: it is not tried again."""


class Transient(DeliveryError):
    """This attempt failed, or its outcome is unknown: the message is tried again, later.

    `retry_after` is what the other side asked for; `closes_channel` says that the other messages of the batch
    would fare no better now.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, closes_channel: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.closes_channel = closes_channel


class Unavailable(Transient):
    """The channel takes no message at all now, and certainly did not take this one: it waits, uncounted."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason, retry_after=retry_after, closes_channel=True)
