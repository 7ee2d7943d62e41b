"""`manage.py reroute`, from outside."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.handling import assign
from reports.models import Assignment, Rerouting
from tests.reports.rerouting_ground import AFTER, BEFORE, STRIP
from tests.shapes import lonlat
from tests.staff import file_report


@pytest.fixture(autouse=True)
def _before_the_day(time_machine) -> None:
    time_machine.move_to(BEFORE)


def reroute(*words: object) -> str:
    out = StringIO()
    call_command("reroute", *map(str, words), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_set_is_previewed_applied_and_undone(small_city, new_set, moving, time_machine):
    told = reroute("preview", "--set", new_set.pk)
    number = Rerouting.objects.get().pk
    assert f"Rerouting {number}, previewed, as of 2026-12-01: boundary set {new_set.pk}, act 7" in told
    assert "1 2-civil-works → 1-civil-works, received" in told
    with pytest.raises(CommandError, match="previewed for 2026-12-01"):
        reroute("apply", number)
    time_machine.move_to(AFTER)
    assert "1 applied" in reroute("apply", number)
    moving.refresh_from_db()
    assert moving.department == small_city.west_works
    with pytest.raises(CommandError, match="It is applied"):
        reroute("apply", number)
    assert "1 undone" in reroute("undo", number)
    moving.refresh_from_db()
    assert moving.department == small_city.east_works


def test_what_a_person_gave_is_named_and_taken_along_when_asked(small_city, new_set, moving):
    assign(report=moving, department=small_city.city_works, at=BEFORE)
    assert "1 skipped (decided)" in reroute("preview", "--set", new_set.pk)
    assert "1 planned" in reroute("preview", "--set", new_set.pk, "--include-decided")


def test_a_city_or_a_rule_can_be_previewed_as_of_a_day(small_city, new_set):
    assert "planned" not in reroute("preview", "--city", "sample")
    assert "1 planned" in reroute("preview", "--city", "sample", "--on", "2026-12-01")
    rule = small_city.city.routing_rules.get()
    assert "2 reports looked at" in reroute("preview", "--rule", rule.pk)


def test_the_reports_that_move_are_written_as_geojson(new_set, moving, tmp_path):
    reroute("preview", "--set", new_set.pk)
    file = tmp_path / "moves.geojson"
    reroute("show", Rerouting.objects.get().pk, "--geojson", file)
    (feature,) = json.loads(file.read_text())["features"]
    assert feature["geometry"]["coordinates"] == list(lonlat(STRIP, 500))
    assert feature["properties"]["to_jurisdictions"] == {"city": "sample", "district": "1"}
    assert str(Rerouting.objects.get().pk) in reroute("show")


def test_ctrl_c_leaves_whole_batches_and_the_next_run_ends_it(small_city, new_set, time_machine, monkeypatch):
    monkeypatch.setattr("reports.rerouting.acting.BATCH", 1)
    file_report(small_city.pothole, x=STRIP + 20)
    reroute("preview", "--set", new_set.pk)
    number = Rerouting.objects.get().pk
    time_machine.move_to(AFTER)

    def press(*_far: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as pressed:
        pressed.setattr("jurisdictions.management.progress.Progress.tell", press)
        with pytest.raises(CommandError, match=f"Go on with “reroute apply {number}”") as stopped:
            reroute("apply", number)
    assert stopped.value.returncode == 130
    assert Assignment.objects.filter(reason="rerouted").count() == 1
    assert "2 applied" in reroute("apply", number)
    assert Assignment.objects.filter(reason="rerouted").count() == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["preview"], "one of the arguments"),
        (["preview", "--set", "1", "--city", "sample"], "not allowed with"),
        (["preview", "--set", "99999999"], "There is no boundary set 99999999: the latest are"),
        (["preview", "--rule", "99999999"], "There is no rule 99999999"),
        (["preview", "--city", "atlantis"], "There is no city “atlantis”; known are: sample."),
        (["preview", "--city", "sample", "--on", "tomorrow"], "“tomorrow” is no day such as"),
        (["apply", "99999999"], "There is no rerouting 99999999"),
        (["undo", "99999999999999999999999"], "There is no rerouting"),
        (["show", "--geojson", "x"], "Say of which"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(small_city, words, sentence):
    with pytest.raises(CommandError, match=sentence):
        reroute(*words)
    assert not Rerouting.objects.exists()
