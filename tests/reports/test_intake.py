"""The birth of a report: all of it in one transaction, or nothing."""

import json
from datetime import UTC, datetime

import pytest

from notifications.models import Message
from reports.contacts import keyed_hash
from reports.intake import submit_report
from reports.models import Assignment, Contact, Report, StatusUpdate
from reports.references import ALPHABET, tracking_link
from tests.shapes import at

NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)


def test_filing_leaves_decision_first_status_contact_and_acknowledgement(small_city, client):
    body = {
        "category": "pothole",
        "location": {"type": "Point", "coordinates": [*at(500, 200).coords]},
        "description": "  چاله‌ی كوچك  ",
        "contact": {"phone": "۰۹۱۵ ۱۲۳ ۴۵۶۷", "email": "someone@example.com"},
        "device_id": "device-42",
        "language": "en",
    }
    reference = client.post("/api/v1/reports", body, content_type="application/json").json()["id"]
    report = Report.objects.get(reference=reference)
    assert report.description == "  چاله‌ی كوچك  "  # kept as written
    assert report.jurisdictions == {"city": "sample", "district": "1", "zone": "1-1"}
    assert report.device_hash == keyed_hash("device", "device-42") != "device-42"
    contact = Contact.objects.get()
    assert (contact.phone, contact.phone_hash) == ("+989151234567", keyed_hash("phone", "+989151234567"))
    assert StatusUpdate.objects.get().status == "received"
    assert Assignment.objects.get().department == small_city.west_works
    messages = {each.channel: each for each in Message.objects.all()}
    assert messages["sms"].to == "+989151234567"
    assert messages["email"].to == "someone@example.com"
    link = tracking_link(reference, language="en")
    assert all(reference in each.body and link in each.body for each in messages.values())
    assert "District 1" in messages["email"].body


def test_a_failure_at_the_last_step_leaves_nothing(small_city, monkeypatch):
    def fail(**_values: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("reports.intake.acknowledge", fail)
    with pytest.raises(RuntimeError):
        submit_report(
            location=at(500, 200), category=small_city.pothole, description="چاله", received_at=NOON, source="web"
        )
    assert not Report.objects.exists()
    assert not Assignment.objects.exists()


def test_references_are_random_and_easy_to_read_aloud(small_city):
    references = [
        submit_report(
            location=at(500, 200), category=small_city.pothole, description="چاله", received_at=NOON, source="web"
        ).reference
        for _ in range(20)
    ]
    assert len(set(references)) == 20
    assert references != sorted(references)
    assert set("".join(references)) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01ILOUVAEaeiou")


def test_no_column_but_the_contacts_holds_the_telephone_number(small_city, post, filing):
    post(filing(contact={"phone": "09151234567"}, device_id="989151234567"))
    for model in (Report, Assignment, StatusUpdate):
        assert "9151234567" not in json.dumps([*model.objects.values()], default=str)
