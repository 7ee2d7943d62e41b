"""The days of the week as rules name them: ISO numbers, 1 is Monday; the week begins as its readers are used to."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from persian.display import in_persian
from persian.normalize import fold

WEEKDAYS: dict[int, Promise] = {
    1: _("Monday"),
    2: _("Tuesday"),
    3: _("Wednesday"),
    4: _("Thursday"),
    5: _("Friday"),
    6: _("Saturday"),
    7: _("Sunday"),
}


def week() -> list[int]:
    """The weekdays in order: from Saturday in Persian, from Monday elsewhere."""
    return [6, 7, 1, 2, 3, 4, 5] if in_persian() else list(WEEKDAYS)


def weekday_choices() -> list[tuple[int, Promise]]:
    """The week as the choices of a form."""
    return [(number, WEEKDAYS[number]) for number in week()]


def read_weekday(text: str) -> int:
    """The weekday that a number from 1 to 7 or a Persian or English name means. Raises ValueError."""
    names = {str(number): number for number in WEEKDAYS}
    for language in ("fa", "en"):
        with override(language):
            names |= {_joined(str(name)): number for number, name in WEEKDAYS.items()}
    try:
        return names[_joined(text)]
    except KeyError:
        raise ValueError(f"no weekday: {text}") from None


def _joined(text: str) -> str:
    return fold(text).replace(" ", "")  # سه‌شنبه is written with a half-space, a space or none
