"""What the staff decide about problems with several reports, by program."""

import pytest

from people.models import Role
from reports.duplicates import seek_duplicates
from reports.models import DuplicateAct, DuplicateCluster, DuplicateLink, LinkState, Report
from tests.api.desks import Desk
from tests.factories import BoundaryFactory, CategoryFactory, CityFactory, JurisdictionFactory
from tests.reports.duplicate_ground import link, root_of, together
from tests.shapes import rectangle
from tests.staff import FILED_AT, file_report, handler, superuser


@pytest.fixture
def desk(small_city) -> Desk:
    return Desk.of(handler(small_city.city, role=Role.DISPATCHER))


def refs(*reports: Report) -> list[str]:
    return [report.reference for report in reports]


def merge(desk: Desk, *reports: Report):
    return desk.post("duplicate-clusters/merge", {"reports": refs(*reports), "note": "یکی است"})


def test_D6_problems_are_merged_under_one_root_and_duplicates_of_duplicates_flatten(desk, told, found) -> None:
    first, second = told(), told(1, minutes=1)
    third, fourth = told(300, minutes=2), told(301, minutes=3)
    found(first, second, third, fourth)
    assert together(first, second)
    assert together(third, fourth)

    answer = merge(desk, fourth, second)

    assert answer.status_code == 200
    assert answer.json()["clusters"] == [{"root": first.reference, "count": 4}]
    assert together(first, second, third, fourth)
    assert root_of(fourth) == first
    assert (answer.json()["kind"], answer.json()["note"]) == ("merge", "یکی است")
    assert answer.json()["by"]


def test_D6_a_merged_problem_still_takes_in_what_is_told_beside_it(desk, told, found) -> None:
    first, far = told(), told(400, minutes=1)
    merge(desk, first, far)
    beside = told(402, minutes=2)
    found(beside)

    assert together(first, far, beside)


def test_D8_a_merge_is_undone(desk, told, found) -> None:
    first, second = told(), told(400, minutes=1)
    act = merge(desk, first, second).json()["act"]

    answer = desk.post(f"duplicate-acts/{act}/undo", {"note": "اشتباه"})

    assert answer.status_code == 200
    assert not DuplicateCluster.objects.exists()
    assert not DuplicateLink.objects.exists()
    again = desk.post(f"duplicate-acts/{act}/undo", {})
    assert (again.status_code, again.json()["code"]) == (409, "undone_already")
    back = desk.post(f"duplicate-acts/{answer.json()['act']}/undo", {})
    assert (back.status_code, back.json()["code"]) == (409, "undone_already")


def test_D8_a_split_holds_against_likeness_and_its_undoing_brings_the_old_problem_back(desk, told, found) -> None:
    reports = [told(number, minutes=number) for number in range(4)]
    found(*reports)
    first, second, third, fourth = reports

    answer = desk.post(f"duplicate-clusters/{first.reference}/split", {"members": refs(third, fourth)})

    assert answer.status_code == 200
    for report in reports:
        seek_duplicates(report_id=report.pk, at=FILED_AT)
    assert together(first, second)
    assert together(third, fourth)
    undone = desk.post(f"duplicate-acts/{answer.json()['act']}/undo", {})
    assert undone.status_code == 200
    assert together(*reports)
    assert set(DuplicateLink.objects.values_list("state", flat=True)) == {LinkState.AUTOMATIC}


def test_splitting_off_what_joined_the_others_leaves_them_together(desk, told) -> None:
    hub, *spokes = (told(number * 100, minutes=number) for number in range(4))
    for spoke in spokes:
        assert merge(desk, hub, spoke).status_code == 200

    answer = desk.post(f"duplicate-clusters/{hub.reference}/split", {"members": [hub.reference]})

    assert answer.status_code == 200
    assert together(*spokes)
    assert Report.objects.get(pk=hub.pk).duplicate_cluster is None


def test_a_member_is_moved_to_another_problem(desk, told, found) -> None:
    first, second, third = told(), told(1, minutes=1), told(2, minutes=2)
    other = told(500, minutes=3)
    found(first, second, third)

    answer = desk.post(f"duplicate-clusters/{other.reference}/members", {"report": third.reference})

    assert answer.status_code == 200
    assert together(first, second)
    assert together(third, other)
    seek_duplicates(report_id=third.pk, at=FILED_AT)
    assert together(third, other)
    undone = desk.post(f"duplicate-acts/{answer.json()['act']}/undo", {})
    assert undone.status_code == 200
    assert together(first, second, third)


def test_D4_a_rejected_suggestion_never_comes_back(desk, told, found) -> None:
    first, second = told(), told(1, minutes=1)
    link(first, second, state=LinkState.SUGGESTED, score=0.5)

    answer = desk.post(f"reports/{first.reference}/duplicates", {"other": second.reference, "decision": "not_same"})

    assert answer.status_code == 200
    found(first, second)
    assert not DuplicateCluster.objects.exists()
    page = desk.get(f"reports/{first.reference}/duplicates").json()["duplicates"]
    assert [(each["state"], each["reports"]) for each in page] == [("rejected", refs(first, second))]


def test_an_accepted_suggestion_joins(desk, told) -> None:
    first, second = told(), told(150, minutes=1)
    link(first, second, state=LinkState.SUGGESTED, score=0.5)

    answer = desk.post(f"reports/{first.reference}/duplicates", {"other": second.reference, "decision": "same"})

    assert answer.status_code == 200
    assert together(first, second)
    assert DuplicateLink.objects.get().state == LinkState.CONFIRMED


def test_a_merge_against_a_no_names_it(desk, told, found) -> None:
    first, second, third = told(), told(1, minutes=1), told(400, minutes=2)
    found(first, second)
    link(second, third, state=LinkState.REJECTED)

    answer = merge(desk, first, third)

    assert (answer.status_code, answer.json()["code"]) == (409, "held_apart")
    assert answer.json()["pairs"] == [refs(second, third)]
    assert not DuplicateAct.objects.exists()


def test_what_cannot_be_merged(desk, told, found, small_city) -> None:
    first, second = told(), told(1, minutes=1)
    found(first, second)
    there = CityFactory(code="elsewhere")
    BoundaryFactory(jurisdiction=there, shape=rectangle(2010, 0, width=1000, height=1000))
    BoundaryFactory(
        jurisdiction=JurisdictionFactory(root=there, code="1"), shape=rectangle(2010, 0, width=1000, height=1000)
    )
    away = told(2000, minutes=2)
    everywhere = Desk.of(handler(there, role=Role.DISPATCHER))
    assert away.root == there
    for who, reports, status, code in [
        (desk, [first, first], 422, "same_report"),
        (desk, [first], 422, "same_report"),
        (desk, [first, second], 409, "together_already"),
        (desk, [first, away], 403, "forbidden"),
        (everywhere, [first, away], 403, "forbidden"),
        (Desk(), [first, second], 401, "not_authenticated"),
    ]:
        answer = merge(who, *reports)
        assert (answer.status_code, answer.json()["code"]) == (status, code), reports
    unknown = desk.post("duplicate-clusters/merge", {"reports": [first.reference, "2345678923"]})
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_report")
    assert unknown.json()["errors"][0]["field"] == "reports[1]"


def test_reports_of_two_cities_are_not_merged_by_whoever_sees_both(told, small_city) -> None:
    there = CityFactory(code="elsewhere")
    BoundaryFactory(jurisdiction=there, shape=rectangle(2010, 0, width=1000, height=1000))
    BoundaryFactory(
        jurisdiction=JurisdictionFactory(root=there, code="1"), shape=rectangle(2010, 0, width=1000, height=1000)
    )

    answer = merge(Desk.of(superuser()), told(), told(2000, minutes=2))

    assert (answer.status_code, answer.json()["code"]) == (422, "other_city")


def test_what_cannot_be_split(desk, told, found) -> None:
    first, second, alone = told(), told(1, minutes=1), told(400, minutes=2)
    found(first, second)
    for address, members, status, code in [
        (first, [first, second], 422, "nobody_left"),
        (first, [alone], 409, "not_in_cluster"),
        (alone, [alone], 409, "not_in_cluster"),
    ]:
        answer = desk.post(f"duplicate-clusters/{address.reference}/split", {"members": refs(*members)})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert together(first, second)
    empty = desk.post(f"duplicate-clusters/{first.reference}/split", {"members": []})
    assert empty.status_code == 400


def test_a_stale_split_is_refused(desk, told, found) -> None:
    first, second, third = told(), told(1, minutes=1), told(2, minutes=2)
    found(first, second, third)
    body = {"members": [third.reference]}
    assert desk.post(f"duplicate-clusters/{first.reference}/split", body).status_code == 200

    again = desk.post(f"duplicate-clusters/{first.reference}/split", body)

    assert (again.status_code, again.json()["code"]) == (409, "not_in_cluster")
    assert again.json()["references"] == [third.reference]


def test_an_act_that_was_overtaken_names_what_to_undo_first(desk, told) -> None:
    first, second = told(), told(400, minutes=1)
    act = merge(desk, first, second).json()["act"]
    later = desk.post(f"duplicate-clusters/{first.reference}/split", {"members": [second.reference]}).json()["act"]

    answer = desk.post(f"duplicate-acts/{act}/undo", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "decided_since")
    assert answer.json()["acts"] == [later]
    assert desk.post(f"duplicate-acts/{later}/undo", {}).status_code == 200
    assert desk.post(f"duplicate-acts/{act}/undo", {}).status_code == 200


def test_a_cycle_is_no_cycle(desk, told) -> None:
    first, second, third = told(), told(300, minutes=1), told(600, minutes=2)
    assert merge(desk, first, second).status_code == 200
    assert merge(desk, second, third).status_code == 200

    answer = merge(desk, third, first)

    assert (answer.status_code, answer.json()["code"]) == (409, "together_already")
    assert together(first, second, third)


def test_acts_want_the_right_over_both_reports(told, small_city) -> None:
    mine, theirs = told(), told(900, minutes=1)
    west = Desk.of(handler(small_city.west))
    analyst = Desk.of(handler(small_city.city, role=Role.ANALYST))

    for desk in (west, analyst):
        assert merge(desk, mine, theirs).status_code == 403
        body = {"other": theirs.reference, "decision": "same"}
        assert desk.post(f"reports/{mine.reference}/duplicates", body).status_code == 403
        assert (
            desk.post(f"duplicate-clusters/{mine.reference}/members", {"report": theirs.reference}).status_code == 403
        )
    assert not DuplicateAct.objects.exists()
    hidden = file_report(CategoryFactory(code="quiet", moderation="never"), x=1500)
    assert west.get(f"reports/{hidden.reference}/duplicates").status_code == 404


def test_the_page_of_a_problem_for_the_staff_and_for_the_public(desk, told, found, small_city) -> None:
    first, second = told(), told(1, minutes=1)
    found(first, second)
    merge(desk, first, told(2, minutes=2))

    page = desk.get(f"duplicate-clusters/{second.reference}").json()

    assert (page["root"], page["count"], page["people_waiting"]) == (first.reference, 3, 3)
    assert [each["is_root"] for each in page["members"]] == [True, False, False]
    assert page["links"][0]["reasons_en"]
    assert page["links"][0]["reasons_fa"]
    assert [each["kind"] for each in page["acts"]] == ["merge"]
    public = Desk().get(f"duplicate-clusters/{second.reference}").json()
    assert public["count"] == 3
    assert "links" not in public
    assert "acts" not in public


def test_the_public_knows_of_no_problem_with_one_report_that_it_may_see(told, found, small_city) -> None:
    coarse = CategoryFactory(code="stray-dogs", place_precision_m=100)
    first, second = told(category=coarse), told(1, minutes=1, category=coarse)
    link(first, second)
    found(first, second)
    assert together(first, second)

    for report in (first, second):
        assert Desk().get(f"duplicate-clusters/{report.reference}").status_code == 404
    assert Desk().get("duplicate-clusters/2345678923").status_code == 404
    assert Desk.of(handler(small_city.west)).get(f"duplicate-clusters/{first.reference}").json()["count"] == 2
