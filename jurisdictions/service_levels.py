"""A service level ends: what came in before keeps it."""

from datetime import date

from jurisdictions.models import ServiceLevel


def end_level(*, level: ServiceLevel, on: date) -> None:
    """Let it hold no longer from the day `on`; one that would begin that day or later holds on none."""
    first_day = level.in_force.lower
    level.in_force = (first_day, on if first_day is None else max(first_day, on))
    level.save(update_fields=["in_force"])
