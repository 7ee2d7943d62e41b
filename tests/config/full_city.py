"""The small city with a row in every table that the staff can open."""

from datetime import timedelta
from io import StringIO

from django.contrib.auth.models import Group
from django.contrib.gis.geos import LineString, MultiLineString
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django_q.models import OrmQ, Schedule, Task
from django_q.signing import SignedPackage

from api.models import IdempotencyKey
from jurisdictions.models import Department, SpecialHours, Street
from people.models import (
    Contractor,
    Crew,
    FilingWindow,
    PhotoWindow,
    QuestionWindow,
    RoutingWindow,
    SignInWindow,
    SupportWindow,
)
from people.tokens import make_token
from reports.contacts import NewContact
from reports.duplicates import Person, merge, support
from reports.handling import change_status, check_item, delegate
from reports.models import ChecklistItem, ClosingReason, DeadlineChange, DeadlineRun, Feedback, Photo, StandardAnswer
from reports.noting import write_note
from reports.rerouting import preview
from tests.factories import CategoryFactory, MembershipFactory, ServiceLevelFactory, UserFactory, WorkingCalendarFactory
from tests.shapes import lonlat
from tests.staff import FILED_AT, file_report


def fill(small_city) -> None:
    """A row in every table that the staff can open."""
    user = UserFactory(username="worker", first_name="مریم")
    MembershipFactory(user=user, jurisdiction=small_city.west)
    make_token(user=user, name="Counter", at=FILED_AT)
    report = file_report(small_city.pothole, x=500, contact={"name": "علی رضایی", "phone": "+989121112233"})
    Department.objects.filter(pk=small_city.west_works.pk).update(is_active=False)
    preview(root=small_city.city, on=FILED_AT.date(), at=FILED_AT)
    _work_on(report, small_city)
    _join(report, file_report(small_city.pothole, x=501))
    CategoryFactory(code="road-cut")
    call_command("load_duplicates", stdout=StringIO())
    Street.objects.create(
        root=small_city.city,
        name_fa="خیابان آزادی",
        name_en="Azadi Street",
        road_class="primary",
        line=MultiLineString(LineString(lonlat(0, 500), lonlat(2000, 500)), srid=4326),
    )
    IdempotencyKey.objects.create(client="c", key="k", body_digest="d", answer={}, made_at=FILED_AT)
    FilingWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    RoutingWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    SupportWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    QuestionWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    PhotoWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    SignInWindow.objects.create(address="192.0.2.1", hour=FILED_AT, count=1)
    _promise(report, small_city)
    Group.objects.create(name="Editors")
    Schedule.objects.create(name="sweep", func="notifications.tasks.sweep_outbox")
    for success in (True, False):
        Task.objects.create(id=f"{success}", name="t", func="f", started=FILED_AT, stopped=FILED_AT, success=success)
    OrmQ.objects.create(key="city-eye", payload=SignedPackage.dumps({"id": "1", "name": "t", "func": "f"}))


def _work_on(report, city) -> None:
    crew = Crew.objects.create(department=city.west_works, code="night", name_fa="اکیپ شب")
    Contractor.objects.create(root=city.city, code="firm", name_fa="پیمانکار", email="firm@example.com")
    ClosingReason.objects.create(code="repaired", status="resolved", name_fa="تعمیر شد")
    StandardAnswer.objects.create(code="done", status="resolved", name_fa="انجام شد", text_fa="انجام شد.")
    item = ChecklistItem.objects.create(category=city.pothole, code="level", name_fa="هم‌سطح است")
    delegate(report=report, to=crew, at=FILED_AT, by=None)
    write_note(report=report, text="کلید", at=FILED_AT, by=None)
    check_item(report=report, item=item, is_done=True, at=FILED_AT, by=None)
    closing = change_status(report=report, to="resolved", note="پر شد", at=FILED_AT)
    Feedback.objects.create(report=report, closing=closing, was_solved=True, at=FILED_AT)


def _promise(report, city) -> None:
    """A calendar and what is promised by it, dates that have moved, and a photo on its way."""
    calendar = WorkingCalendarFactory(root=city.city)
    days = DateRange(FILED_AT.date(), FILED_AT.date() + timedelta(days=30))
    SpecialHours.objects.create(calendar=calendar, in_force=days, week=calendar.week, name_fa="رمضان")
    ServiceLevelFactory(root=city.city)
    DeadlineChange.objects.create(report=report, until="resolve", now=FILED_AT, why="recomputed", at=FILED_AT)
    DeadlineRun.objects.create(root=city.city, version="1", made_at=FILED_AT)
    Photo.objects.create(
        report=report, number=1, uploaded_at=FILED_AT, mime="image/jpeg", bytes=1, sha256="0" * 64, due_at=FILED_AT
    )


def _join(report, other) -> None:
    merge(reports=[report, other], by=None, at=FILED_AT)
    support(report=other, person=Person(contact=NewContact(phone="+989121112234")), language="fa", at=FILED_AT)
