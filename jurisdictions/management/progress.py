"""A bar that shows how far a long command is, on a terminal and nowhere else."""

from collections.abc import Callable
from typing import Protocol

_WIDTH = 30
_EVERY_S = 0.2


class Terminal(Protocol):
    """Where the bar is drawn: standard error, as a command has it."""

    def isatty(self) -> bool:
        """Whether anybody watches."""
        ...

    def write(self, msg: str, *, ending: str) -> None:
        """Write without more than this at the end."""
        ...


class Progress:
    """The rows done and the share of the whole, drawn anew on the same line. `clock` counts seconds."""

    def __init__(self, terminal: Terminal, *, clock: Callable[[], float]) -> None:
        self._terminal = terminal if terminal.isatty() else None
        self._clock = clock
        self._began = self._drawn = clock()

    def tell(self, rows: int, share: float | None) -> None:
        """So many rows are done, which is this share of all (None: nobody knows)."""
        now = self._clock()
        if self._terminal and now - self._drawn >= _EVERY_S:
            self._drawn = now
            self._terminal.write(f"\r{self._line(rows, share, now - self._began)}\x1b[K", ending="")

    def end(self) -> None:
        """Take the bar away."""
        if self._terminal:
            self._terminal.write("\r\x1b[K", ending="")

    def _line(self, rows: int, share: float | None, seconds: float) -> str:
        speed = f"{rows:,} rows, {rows / max(seconds, 0.001):,.0f} a second"
        if not share:
            return speed
        bar = "#" * round(share * _WIDTH)
        left = round(seconds / share - seconds)
        return f"[{bar:<{_WIDTH}}] {share:4.0%}  {speed}, {left // 60}:{left % 60:02} left"
