"""Members of staff at their pages, and reports for them to see."""

from datetime import UTC, datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.db.models import GeneratedField
from django.test import Client

from people.models import Role, User
from reports.contacts import NewContact
from reports.intake import submit_report
from reports.models import Report
from tests.factories import MembershipFactory, UserFactory
from tests.shapes import at

FILED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)  # 29 Aban 1405, 13:00 in Tehran


def seated(user: User, *, language: str = "en") -> Client:
    """The browser of a member of staff logged in and reading `language`; Django's own way takes a dozen statements."""
    client, session = Client(), import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
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


def multiply(report: Report, *, by: int) -> None:
    """So many more reports like it, over ten kilometres; by the database alone, which takes no second."""
    own = {"id", "reference", "location", "public_location"}
    columns = [
        field.column
        for field in Report._meta.concrete_fields
        if not isinstance(field, GeneratedField) and field.column not in own
    ]
    moved = "ST_Translate({}, (number %% 60) * 0.002, number / 60 * 0.002)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO reports_report (reference, location, public_location, {", ".join(columns)})
                SELECT 'X' || number, {moved.format("location")}, {moved.format("public_location")},
                       {", ".join(columns)}
                FROM reports_report, generate_series(1, %s) AS number WHERE id = %s""",
            [by, report.pk],
        )
        cursor.execute("ANALYZE reports_report")
