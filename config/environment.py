"""Read settings from the environment, and say in a sentence what is missing or wrong."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.cluster import ROOT, private_database_url


def text(name: str, default: str | None = None) -> str:
    """The variable `name`; raises ImproperlyConfigured where it is unset and has no default."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"Set {name}, or run script/bootstrap, which writes it for this checkout.")
    return value


def number(name: str, default: int) -> int:
    """The variable `name` as a whole number that is not negative."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def flag(name: str, *, default: bool = False) -> bool:
    """The variable `name` as yes or no."""
    value = text(name, "yes" if default else "no").lower()
    if value not in {"1", "0", "yes", "no", "true", "false", "on", "off"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value in {"1", "yes", "true", "on"}


def choice(name: str, options: tuple[str, ...]) -> str:
    """The variable `name` as one of a few words, the first where it is unset."""
    value = text(name, options[0])
    if value not in options:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(options)}, not {value!r}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """The variable `name` as a list, parted by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database_url() -> str:
    """DATABASE_URL, or the checkout's private cluster."""
    return text("DATABASE_URL", private_database_url())


def secret_key() -> str:
    """SECRET_KEY, or the one that `script/bootstrap` made for this checkout."""
    return text("SECRET_KEY", _first_line(ROOT / ".local" / "secret-key"))


def _first_line(path: Path) -> str | None:
    return path.read_text().strip() or None if path.is_file() else None
