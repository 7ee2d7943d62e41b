"""The cities that a command is about, by their codes."""

from django.core.management import CommandError

from jurisdictions.models import Jurisdiction


def find_city(code: str) -> Jurisdiction:
    """The city of this code; raises CommandError that names those there are."""
    city = Jurisdiction.objects.cities().filter(code=code).first()
    if city is None:
        known = ", ".join(Jurisdiction.objects.cities().order_by("code").values_list("code", flat=True)) or "none"
        raise CommandError(f"There is no city “{code}”; known are: {known}.")
    return city


def cities_chosen(code: str | None) -> list[Jurisdiction]:
    """The city of this code, all cities where none is given; raises CommandError as `find_city` does."""
    return [find_city(code)] if code is not None else list(Jurisdiction.objects.cities().order_by("code"))
