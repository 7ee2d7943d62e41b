"""The last answers of this process, for whoever asks the same again while nothing has changed.

What is kept is never trusted by its age: each request asks the database for the validator of its answer first, and gets
what was kept under that very validator, or an answer made anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, NamedTuple

from django.conf import settings

ROOM_OF_AN_ENTRY: Final = 400  # bytes that an entry takes beside its content, more or less
LARGEST_SHARE: Final = 16  # an answer that would take more than this part of the room is not kept


class Form(NamedTuple):
    """An answer's bytes, and the Content-Encoding that they are in; empty for none."""

    content: bytes
    encoding: str


class _Entry(NamedTuple):
    validator: Hashable
    form: Form

    @property
    def size(self) -> int:
        return len(self.form.content) + ROOM_OF_AN_ENTRY


class Answers:
    """Answers by what was asked, the last one of each; those longest not asked for go where there is no more room."""

    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def form(self, asked: Hashable, *, validator: Hashable, make: Callable[[], Form]) -> Form:
        """What was answered under that validator, or what `make` makes, which is kept if there is room for it."""
        with self._lock:
            entry = self._entries.get(asked)
            if entry is not None and entry.validator == validator:
                self._entries.move_to_end(asked)
                return entry.form
        form = make()
        self._keep(asked, _Entry(validator, form))
        return form

    def forget(self) -> None:
        """Keep nothing of what there is."""
        with self._lock:
            self._entries.clear()
            self.size = 0

    def _keep(self, asked: Hashable, entry: _Entry) -> None:
        room: int = settings.MAP_MEMORY_BYTES
        if entry.size * LARGEST_SHARE > room:
            return
        with self._lock:
            if (before := self._entries.pop(asked, None)) is not None:
                self.size -= before.size
            self._entries[asked] = entry
            self.size += entry.size
            while self.size > room:
                _, oldest = self._entries.popitem(last=False)
                self.size -= oldest.size


answers: Final = Answers()
