"""The staff's pages about problems with several reports."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import Role
from reports.models import DuplicateAct, DuplicateCluster, DuplicateLink, LinkState, Report
from tests.reports.duplicate_ground import link, together
from tests.staff import handler, seated, superuser

REPORTS = reverse("admin:reports_report_changelist")


@pytest.fixture
def three(told, found):
    reports = [told(number, minutes=number) for number in range(3)]
    found(*reports)
    return reports


def act(client, name: str, *rows, model: str = "report"):
    address = reverse(f"admin:reports_{model}_changelist")
    return client.post(address, {"action": name, "_selected_action": [row.pk for row in rows]}, follow=True)


def listed(client, **query: str) -> str:
    return client.get(REPORTS, query).content.decode()


def test_a_department_sees_one_row_a_problem(three, told, small_city) -> None:
    alone = told(600, minutes=9)
    client = seated(handler(small_city.west))

    page = listed(client, problem="one")

    first, *others = three
    assert first.reference in page
    assert not any(each.reference in page for each in others)
    assert ">3</a>" in page  # how many tell of it
    several = listed(client, problem="several")
    assert first.reference in several
    assert alone.reference not in several


def test_the_page_of_a_problem_shows_reports_reasons_and_what_has_happened(three, small_city) -> None:
    cluster = DuplicateCluster.objects.get()
    client = seated(handler(small_city.west))

    page = client.get(reverse("admin:reports_duplicatecluster_change", args=[cluster.pk])).content.decode()

    assert all(each.reference in page for each in three)
    assert "main report" in page
    assert "3 people wait for it" in page
    assert "linked by likeness" in page
    assert "Map of the reports of this problem" in page
    assert f"{REPORTS}?problem={cluster.pk}" in page
    own = listed(client, problem=str(cluster.pk))
    assert all(each.reference in own for each in three)


def test_merged_parted_and_undone_from_the_lists(three, told, small_city) -> None:
    client = seated(handler(small_city.city, role=Role.DISPATCHER))
    other = told(400, minutes=9)

    assert "one problem now" in act(client, "merge", three[0], other).content.decode()
    assert together(*three, other)
    assert "another problem now" in act(client, "split", other, three[2]).content.decode()
    assert together(other, three[2])
    assert "done." in act(client, "undo", DuplicateAct.objects.latest("pk"), model="duplicateact").content.decode()
    assert together(*three, other)


def test_suggestions_are_accepted_and_rejected_from_their_list(told, small_city) -> None:
    client = seated(handler(small_city.city, role=Role.DISPATCHER))
    first, second, third = told(), told(200, minutes=1), told(400, minutes=2)
    same, other = link(first, second, state=LinkState.SUGGESTED), link(second, third, state=LinkState.SUGGESTED)

    act(client, "accept", same, model="duplicatelink")
    act(client, "reject", other, model="duplicatelink")

    assert together(first, second)
    assert DuplicateLink.objects.get(pk=other.pk).state == LinkState.REJECTED


def test_what_cannot_be_done_is_said_and_what_is_not_yours_stays(three, told, small_city) -> None:
    west = seated(handler(small_city.west))
    away = told(900, minutes=9)

    assert "one problem already" in act(seated(superuser()), "merge", *three[:2]).content.decode()
    assert "At least one report stays" in act(west, "split", *three).content.decode()
    act(west, "merge", three[0], away)
    assert not together(*three, away)
    analyst = seated(handler(small_city.city, role=Role.ANALYST))
    act(analyst, "split", three[2])
    assert together(*three)
    assert west.get(reverse("admin:reports_duplicatecluster_changelist")).status_code == 200
    east = seated(handler(small_city.east))
    cluster = DuplicateCluster.objects.get()
    assert east.get(reverse("admin:reports_duplicatecluster_change", args=[cluster.pk])).status_code == 404


def test_a_step_on_the_page_of_the_main_report_is_everybodys_unless_it_goes_alone(three, small_city) -> None:
    client = seated(handler(small_city.west))
    chosen = {"action": "change_status", "_selected_action": [three[0].pk], "apply": "1", "note": "بررسی شد"}

    client.post(REPORTS, chosen | {"to": "in_progress"})
    assert {Report.objects.get(pk=each.pk).status for each in three} == {"in_progress"}
    client.post(REPORTS, chosen | {"to": "resolved", "alone": "on"})
    assert [Report.objects.get(pk=each.pk).status for each in three] == ["resolved", "in_progress", "in_progress"]
    assert DuplicateCluster.objects.get().root_report == three[1]


@pytest.mark.parametrize("wrong", ["x", "-1", "9" * 30, "۱۲"])
def test_a_filter_that_is_none_of_ours_is_refused(small_city, wrong) -> None:
    assert seated(superuser()).get(REPORTS, {"problem": wrong}).status_code == 302


def test_the_list_asks_as_much_for_many_problems_as_for_one(three, told, found) -> None:
    client = seated(superuser())

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("admin:reports_duplicatecluster_changelist")).status_code == 200
            assert client.get(REPORTS, {"problem": "one"}).status_code == 200
        return len(asked)

    before = queries()
    for number in range(4):
        pair = told(-400 + number * 120, y=100, minutes=50), told(-400 + number * 120, y=101, minutes=51)
        found(*pair)
    assert DuplicateCluster.objects.count() == 5
    assert Report.objects.filter(duplicate_cluster__isnull=False).count() == 11
    assert queries() == before
