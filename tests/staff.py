"""Members of staff at their pages, and reports for them to see."""

from datetime import UTC, datetime

from django.test import Client

from people.models import Role, User
from reports.contacts import NewContact
from reports.intake import submit_report
from reports.models import Report
from tests.factories import MembershipFactory, UserFactory
from tests.shapes import at

FILED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 29 Aban 1405, 13:00 in Tehran


def seated(user: User, *, language: str = "en") -> Client:
    """The browser of a member of staff who is logged in and reads `language`."""
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = language
    return client


def superuser(**values) -> User:
    return UserFactory(is_superuser=True, **values)


def handler(place, role: str = Role.HANDLER) -> User:
    """A member of staff with a role in a jurisdiction, and no permission of Django's."""
    return MembershipFactory(jurisdiction=place, role=role).user


def file_report(category, *, x: float, y: float = 500, description: str = "چاله در خیابان", contact=None) -> Report:
    return submit_report(
        location=at(x, y),
        category=category,
        description=description,
        received_at=FILED_AT,
        source="web",
        contact=contact and NewContact(**contact),
    )
