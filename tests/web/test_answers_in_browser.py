"""A ready answer that is chosen fills the note, in a real browser, held to the Content Security Policy."""

import pytest
from playwright.sync_api import expect

from people.models import Role
from reports.models import StandardAnswer
from tests.staff import file_report, handler

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_note_is_filled_and_what_was_written_by_hand_stands(visit, client, small_city):
    for code, text in (("filled", "چاله پر شد."), ("patched", "وصله شد.")):
        StandardAnswer.objects.create(code=code, status="resolved", name_fa=code, text_fa=text)
    report = file_report(small_city.pothole, x=500)
    client.force_login(handler(small_city.west, Role.HEAD))
    seen = visit(width=390, height=900)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": seen.server}
    seen.page.context.add_cookies([session])
    seen.open(f"/admin/reports/report/{report.pk}/change/")
    note, answer = seen.page.locator("#next textarea"), seen.page.locator("#next select[data-fills]")
    answer.select_option(label="filled")
    expect(note).to_have_value("چاله پر شد.")
    answer.select_option(label="patched")
    expect(note).to_have_value("وصله شد.")
    note.fill("خودم نوشتم")
    answer.select_option(label="filled")
    expect(note).to_have_value("خودم نوشتم")
    for width in (390, 1280):
        seen.page.set_viewport_size({"width": width, "height": 900})
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.complaints == []
    assert seen.foreign == []
