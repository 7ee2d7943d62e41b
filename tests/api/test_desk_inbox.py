"""The inbox by program: what is in somebody's charge, chosen, ordered, a page at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.errors import CODES
from people.models import Crew, Role
from reports.handling import accept, assign, change_status, decline, delegate
from reports.intake import submit_report
from reports.models import Assignment, Deadline, Report
from tests.api.desks import Desk
from tests.factories import CategoryFactory, MembershipFactory, UserFactory
from tests.shapes import at
from tests.staff import FILED_AT, file_report, handler, multiply

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def reza(small_city):
    return MembershipFactory(
        department=small_city.west_works, role=Role.HANDLER, user=UserFactory(username="reza")
    ).user


@pytest.fixture
def desk(reza) -> Desk:
    return Desk.of(reza)


def filed(small_city, minutes: int = 0, *, x: float = 500, words: str = "چاله در خیابان") -> Report:
    return submit_report(
        location=at(x, 500),
        category=small_city.pothole,
        description=words,
        received_at=FILED_AT + timedelta(minutes=minutes),
        source="web",
    )


def page(desk: Desk, **query) -> dict:
    answer = desk.get("desk/reports", **query)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/geo+json"
    return answer.json()


def listed(desk: Desk, **query) -> list[str]:
    return [each["id"] for each in page(desk, **query)["features"]]


def names(*reports: Report) -> list[str]:
    return [each.reference for each in reports]


def refused(desk: Desk, **query) -> str:
    answer = desk.get("desk/reports", **query)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in CODES
    return answer.json()["code"]


class TestWhatIsThere:
    def test_the_open_ones_are_listed_the_newest_first(self, small_city, desk, reza):
        old, new, done = filed(small_city), filed(small_city, 5), filed(small_city, 9)
        change_status(report=done, to="rejected", note="نبود", at=LATER, by=reza)
        assert listed(desk) == names(new, old)
        assert listed(desk, sort="received_at") == names(old, new)
        assert listed(desk, status="rejected") == names(done)
        assert listed(desk, status="received,rejected") == names(done, new, old)

    def test_each_says_what_a_desk_needs_at_a_glance(self, small_city, desk, reza):
        report = filed(small_city, words="چالهٔ عمیق")
        delegate(report=report, to=reza, at=LATER, by=reza)
        accept(report=report, at=LATER, by=reza)
        Deadline.objects.create(report=report, due_at=LATER, resolve_seconds=3600)
        [feature] = page(desk)["features"]
        shown = feature["properties"]
        assert feature["geometry"]["coordinates"] == [round(report.location.x, 7), round(report.location.y, 7)]
        assert shown["text"] == "چالهٔ عمیق"
        assert (shown["department_code"], shown["district_code"], shown["zone_code"]) == ("1-civil-works", "1", None)
        assert (shown["hands"], shown["hands_code"]) == ("person", "reza")
        assert shown["accepted_at"].startswith("2026-11-20T10:30")
        assert shown["due_at"].startswith("2026-11-20T10:30")
        assert (shown["contested"], shown["passed_on"], shown["photos"], shown["problem_reports"]) == (False, 0, 0, 1)

    def test_S4_how_often_a_report_was_passed_on_is_seen(self, small_city, reza):
        report = filed(small_city)
        decline(report=report, reason="مال ما نیست", at=LATER)
        for _ in range(2):
            for office in (small_city.west_works, small_city.city_works):
                assign(report=report, department=office, at=LATER)
        [feature] = page(Desk.of(handler(small_city.city)))["features"]
        assert feature["properties"]["passed_on"] == 5


class TestChoices:
    def test_mine_are_those_in_my_hands_and_my_crews(self, small_city, desk, reza):
        crew = Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")
        crew.members.add(reza)
        other = MembershipFactory(department=small_city.west_works, role=Role.HANDLER).user
        alone, with_crew, others, nobodys = (filed(small_city, number) for number in range(4))
        for report, hands in ((alone, reza), (with_crew, crew), (others, other), (nobodys, reza)):
            delegate(report=report, to=hands, at=LATER, by=reza)
        delegate(report=nobodys, to=other, at=LATER, by=reza)
        assert listed(desk, mine="true") == names(with_crew, alone)

    def test_unaccepted_contested_and_waiting(self, small_city, reza):
        city = Desk.of(handler(small_city.city, Role.DISPATCHER))
        waiting, accepted, contested, fresh = (filed(small_city, number) for number in range(4))
        change_status(report=waiting, to="waiting", note="کدام پلاک؟", at=LATER, by=reza)
        accept(report=accepted, at=LATER, by=reza)
        decline(report=contested, reason="نه", at=LATER)
        assign(report=contested, department=small_city.west_works, at=LATER)
        contested.refresh_from_db()
        decline(report=contested, reason="باز هم نه", at=LATER)
        assert listed(city, unaccepted="true") == names(fresh)
        assert listed(city, contested="true") == names(contested)
        assert listed(city, waiting="true") == names(waiting)

    def test_due_are_those_overdue_or_soon_in_the_order_of_their_dates(self, small_city, desk, time_machine):
        time_machine.move_to(LATER, tick=False)
        reports = [filed(small_city, number) for number in range(5)]
        hours = (30, 20, -1, -2)
        for report, hour in zip(reports, hours, strict=False):
            Deadline.objects.create(report=report, due_at=LATER + timedelta(hours=hour), resolve_seconds=3600)
        in_30, in_20, over_1, over_2, _undated = reports
        assert listed(desk, due="overdue", sort="due") == names(over_2, over_1)
        assert listed(desk, due="soon") == names(in_20)
        assert listed(desk, sort="due") == names(over_2, over_1, in_20, in_30)

    def test_words_are_found_in_any_spelling_published_or_not(self, small_city, desk):
        hidden = CategoryFactory(code="quiet", moderation="never", group=small_city.pothole.group)
        told = filed(small_city, words="كابل برق، تماس ۰۹۱۵۱۲۳۴۵۶۷")
        private = file_report(hidden, x=500, description="کابل آویزان")
        assign(report=private, department=small_city.west_works, at=LATER)
        filed(small_city, words="چاله")
        assert sorted(listed(desk, q="کابل")) == sorted(names(told, private))
        assert listed(desk, q="کابل آویزان") == names(private)
        assert listed(desk, q=told.reference.lower()) == names(told)
        assert listed(desk, q="50% _") == []

    def test_categories_departments_and_ground(self, small_city):
        west, east = filed(small_city), filed(small_city, 1, x=1500)
        city = Desk.of(handler(small_city.city))
        assert listed(city) == names(east, west)
        assert listed(city, department="2-civil-works") == listed(city, district="2") == names(east)
        assert listed(city, category="pothole", district="1,2") == names(east, west)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"status": "gone"}, "unknown_status"),
            ({"department": "nobody"}, "unknown_department"),
            ({"category": "no-such"}, "unknown_category"),
            ({"district": "99"}, "unknown_district"),
            ({"mine": "yes"}, "unknown_value"),
            ({"due": "tomorrow"}, "unknown_value"),
            ({"sort": "status"}, "unknown_value"),
            ({"q": "ا"}, "too_short"),
            ({"q": "ا" * 101}, "too_long"),
            ({"q": "\u0000ab"}, "invalid_characters"),
            ({"limit": "0"}, "limit_out_of_range"),
            ({"limit": "201"}, "limit_out_of_range"),
            ({"after": "ABC.0"}, "invalid_page_key"),
            ({"near": "1,2,3"}, "unknown_parameter"),
        ],
    )
    def test_what_is_no_choice_is_refused(self, desk, query, code):
        assert refused(desk, **query) == code


class TestPages:
    @pytest.mark.parametrize("sort", ["-received_at", "received_at", "due"])
    def test_lead_on_and_back_without_a_gap(self, small_city, desk, sort):
        reports = [filed(small_city, number) for number in range(5)]
        for number, report in enumerate(reports):  # two with the same date
            due_at = LATER + timedelta(hours=number // 2)
            Deadline.objects.create(report=report, due_at=due_at, resolve_seconds=3600)
        whole = listed(desk, sort=sort)
        assert len(whole) == 5
        seen, address, last = [], "", {}
        while address is not None:
            last = self._follow(desk, address) if address else page(desk, sort=sort, limit=2)
            seen += [each["id"] for each in last["features"]]
            address = next((link["href"] for link in last.get("links", []) if link["rel"] == "next"), None)
        assert seen == whole
        [back] = [link["href"] for link in last["links"] if link["rel"] == "prev"]
        assert [each["id"] for each in self._follow(desk, back)["features"]] == whole[2:4]

    def _follow(self, desk: Desk, address: str) -> dict:
        answer = desk.get(address.partition("/api/v1/")[2])
        assert answer.status_code == 200, answer.content
        return answer.json()

    def test_S2_a_page_takes_as_many_statements_for_many_reports_as_for_one(self, small_city, desk, reza):
        counts = []
        for size in (1, 30):
            for number in range(size):
                delegate(report=filed(small_city, number), to=reza, at=LATER, by=reza)
            for query in ({}, {"mine": "true", "unaccepted": "true", "category": "pothole", "sort": "due"}):
                with CaptureQueriesContext(connection) as queries:
                    page(desk, limit=200, **query)
                counts.append(len(queries))
        assert counts[:2] == counts[2:]
        assert max(counts) <= 8


class TestWhoMayReadIt:
    def test_S1_staff_of_one_district_never_see_the_others(self, small_city):
        filed(small_city, x=1500, words="کابل آویزان")
        for user in (handler(small_city.west), MembershipFactory(department=small_city.west_works).user):
            desk = Desk.of(user)
            for query in ({}, {"q": "کابل"}, {"district": "2"}, {"department": "2-civil-works"}, {"sort": "due"}):
                assert listed(desk, **query) == []

    @pytest.mark.parametrize(("who", "status"), [("the public", 401), ("an account without membership", 403)])
    def test_it_needs_the_right(self, db, who, status):
        desk = Desk() if who == "the public" else Desk.of(UserFactory())
        assert desk.get("desk/reports").status_code == status

    def test_it_is_for_one_reader_alone(self, desk):
        headers = desk.get("desk/reports").headers
        assert "private" in headers["Cache-Control"]
        assert "Authorization" in headers["Vary"]


def plan(desk: Desk, **query) -> str:
    """How the database reads the page, with whole tables out of the question: which indexes would do."""
    with CaptureQueriesContext(connection) as queries:
        page(desk, **query)
    [sql] = [each["sql"] for each in queries if "string_agg" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql.rpartition('; ')[2]}")
        return "\n".join(row for (row,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "reports_report_inbox"),
        ({"status": "received"}, "reports_report_inbox"),
        ({"sort": "due"}, "reports_deadline_due"),
        ({"contested": "true"}, "reports_assignment_contested"),
    ],
)
def test_the_pages_of_a_department_use_their_indexes(small_city, desk, query, index):
    own, others = filed(small_city), filed(small_city, x=1500)
    # Many reports, since the database remembers what it last saw; of the department itself where one in many is sought.
    multiply(own if "contested" in query else others, by=3000)
    _give_all_as(own)
    assert index in plan(desk, **query)


def _give_all_as(report: Report) -> None:
    """An assignment like its own for each report that has none."""
    columns = ", ".join(
        field.column for field in Assignment._meta.concrete_fields if field.name not in {"id", "report"}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO reports_assignment (report_id, {columns})
                SELECT report.id, {columns.replace("department_id", "own.department_id")}
                FROM reports_report AS report, reports_assignment AS own
                WHERE own.report_id = %s
                  AND NOT EXISTS (SELECT FROM reports_assignment AS had WHERE had.report_id = report.id)""",
            [report.pk],
        )
        cursor.execute("ANALYZE reports_assignment")


def test_the_pages_of_a_whole_city_use_the_index_of_what_is_open(small_city):
    filed(small_city)
    closed = filed(small_city, x=1500)
    Report.objects.filter(pk=closed.pk).update(status="resolved")
    multiply(Report.objects.get(pk=closed.pk), by=3000)  # of all that there is, little is open
    assert "reports_report_open" in plan(Desk.of(handler(small_city.city)))
