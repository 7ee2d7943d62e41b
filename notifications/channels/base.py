"""What every channel can do."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import ClassVar, Self

from notifications.models import Message


class Sender(ABC):
    """A channel at work: a context manager that keeps its connection for the messages of one batch.

    Nothing is connected before the first message. `can_look_up` says what the channel promises: with it, a
    message whose outcome is unknown is looked up by its `message_id` before it is sent again, and so arrives
    exactly once; without it, such a message is sent again, and so arrives at least once.
    """

    can_look_up: ClassVar[bool]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand one message over; return the other side's reference or "". Raises DeliveryError."""

    def look_up(self, message: Message) -> str | None:
        """The other side's reference of a message it has, None where it has not. Raises DeliveryError."""
        raise NotImplementedError

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection; never raises."""
