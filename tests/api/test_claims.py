"""What a caller says while filing: the same as that report, or not the same as those."""

import pytest

from reports.handling import change_status
from reports.models import DuplicateAct, DuplicateCluster, DuplicateLink, LinkKind, LinkState, Report
from reports.tasks import seek
from tests.factories import BoundaryFactory, CategoryFactory, CityFactory, JurisdictionFactory
from tests.reports.duplicate_ground import root_of, together
from tests.shapes import lonlat, rectangle
from tests.staff import FILED_AT


@pytest.fixture
def filed(small_city, post, filing):
    def file(**changes) -> Report:
        response = post(filing(**changes))
        assert response.status_code == 201, response.json()
        return Report.objects.get(reference=response.json()["id"])

    return file


def test_D4_a_report_that_its_caller_calls_the_same_is_so_at_once(filed) -> None:
    first = filed()
    same = filed(x=560, description="این همان است که دیروز گفته‌اند", duplicate_of=first.reference)

    assert together(first, same)
    assert root_of(same) == first
    assert DuplicateLink.objects.get().state == LinkState.CLAIMED
    assert DuplicateAct.objects.get().kind == "claim"
    assert seek(same.pk)
    assert together(first, same)  # what the score says does not part them again


def test_D4_a_no_of_the_caller_is_permanent(filed) -> None:
    first, second = filed(), filed(x=503)
    other = filed(x=501, not_duplicate_of=[first.reference, second.reference.lower()])

    for report in (first, second, other):
        assert seek(report.pk)

    assert together(first, second)
    assert Report.objects.get(pk=other.pk).duplicate_cluster is None
    assert {each.state for each in DuplicateLink.objects.touching([other.pk])} == {LinkState.REJECTED}


def test_D6_a_duplicate_of_a_duplicate_is_one_of_its_root(filed) -> None:
    first = filed()
    second = filed(x=540, description="دوم", duplicate_of=first.reference)
    third = filed(x=580, description="سوم", duplicate_of=second.reference)

    assert together(first, second, third)
    assert root_of(third) == first


def test_D3_the_same_as_a_closed_one_is_a_recurrence(filed) -> None:
    first = filed()
    change_status(report=first, to="resolved", note="پر شد", at=FILED_AT)

    again = filed(duplicate_of=first.reference)

    assert again.duplicate_cluster is None
    assert (DuplicateLink.objects.get().kind, DuplicateLink.objects.get().state) == (
        LinkKind.RECURRENCE,
        LinkState.CLAIMED,
    )


def test_a_claim_of_what_nobody_knows_names_its_member(filed, post, filing) -> None:
    known = filed()
    CategoryFactory(code="quiet", moderation="never")
    hidden = filed(category="quiet")
    for body, fields in [
        ({"duplicate_of": "2345678923"}, ["duplicate_of"]),
        ({"duplicate_of": "no reference"}, ["duplicate_of"]),
        ({"duplicate_of": hidden.reference}, ["duplicate_of"]),
        (
            {"not_duplicate_of": [known.reference, "2345678923", hidden.reference]},
            ["not_duplicate_of[1]", "not_duplicate_of[2]"],
        ),
    ]:
        response = post(filing(**body))
        assert (response.status_code, response.json()["code"]) == (400, "unknown_report")
        assert [each["field"] for each in response.json()["errors"]] == fields
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [{"duplicate_of": 7}, {"duplicate_of": None}, {"not_duplicate_of": "2345678923"}, {"not_duplicate_of": [[]]}],
)
def test_claims_of_another_type_are_refused(wrong, small_city, post, filing) -> None:
    response = post(filing(**wrong))

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"].startswith(next(iter(wrong)))
    assert not Report.objects.exists()


def test_claims_that_cannot_be_true_store_nothing(filed, post, filing) -> None:
    first = filed()
    second = filed(x=520, duplicate_of=first.reference)
    for body, field, code in [
        ({"x": 1900, "duplicate_of": first.reference}, "duplicate_of", "too_far_apart"),
        (
            {"duplicate_of": first.reference, "not_duplicate_of": [first.reference]},
            "not_duplicate_of[0]",
            "contradicting_claims",
        ),
        (
            {"duplicate_of": first.reference, "not_duplicate_of": [second.reference]},
            "not_duplicate_of[0]",
            "contradicting_claims",
        ),
    ]:
        response = post(filing(**body))
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert response.json()["errors"][0]["field"] == field
    assert Report.objects.count() == 2
    assert DuplicateCluster.objects.count() == 1


def test_a_report_of_another_city_is_not_the_same(filed, post, filing) -> None:
    first = filed()
    there = CityFactory(code="elsewhere")
    BoundaryFactory(jurisdiction=there, shape=rectangle(2010, 0, width=1000, height=1000))
    place = JurisdictionFactory(root=there, code="1")
    BoundaryFactory(jurisdiction=place, shape=rectangle(2010, 0, width=1000, height=1000))

    for body, field in [
        ({"duplicate_of": first.reference}, "duplicate_of"),
        ({"not_duplicate_of": [first.reference]}, "not_duplicate_of[0]"),
    ]:
        body["location"] = {"type": "Point", "coordinates": list(lonlat(2500, 500))}
        response = post(filing(**body))
        assert (response.status_code, response.json()["code"]) == (422, "other_city")
        assert response.json()["errors"][0]["field"] == field
