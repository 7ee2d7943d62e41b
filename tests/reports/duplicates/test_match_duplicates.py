"""`match_duplicates`: a file of reports, replayed as the service would have seen it."""

import gc
import json
import tracemalloc

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.duplicates.pairing import Pairing
from reports.duplicates.replay import match_rows
from reports.duplicates.rows import read_rows
from reports.duplicates.score import value_of
from reports.duplicates.shipped import shipped_settings
from reports.management.commands import match_duplicates
from tests.reports.duplicates.matching import HEADER, LAT, LON, Matched, line

SHIPPED = shipped_settings()


def test_each_row_gets_the_best_earlier_one_that_was_open_its_score_and_its_cluster(match):
    found = match(
        line("a", text="چاله بزرگ جلوی نانوایی، پلاک ۱۲"),
        line("b", at="2026-11-01T09:00:00Z", x=30, text="گودال عمیق روبروی نونوایی پلاک ۱۲"),
        line("c", at="2026-11-01T10:00:00Z", x=25, text="چاله جلوی داروخانه پلاک ۴۵"),
        line("far", at="2026-11-01T10:00:00Z", x=4000, text="چاله بزرگ جلوی نانوایی"),
    )
    assert (found["b"]["suggested_parent"], found["b"]["linked"], found["b"]["cluster"]) == ("a", "true", "a")
    assert float(found["b"]["score"]) > 0.7
    assert (found["a"]["suggested_parent"], found["a"]["linked"], found["a"]["cluster"]) == ("", "false", "a")
    assert (found["c"]["linked"], found["c"]["cluster"]) == ("false", "c")
    assert [each["id"] for each in json.loads(found["c"]["suggestions"])] == ["b", "a"]
    assert found["far"]["suggestions"] == "[]"
    assert list(found.rows) == ["a", "b", "c", "far"]  # in the order of the file


def test_D3_what_was_closed_by_then_is_a_recurrence_and_never_linked(match):
    found = match(
        line("a", closed="2026-11-02T08:00:00Z", text="چاله جلوی نانوایی"),
        line("b", at="2026-11-01T12:00:00Z", text="چاله جلوی نانوایی"),
        line("c", at="2026-11-03T08:00:00Z", text="چاله جلوی نانوایی"),
    )
    assert (found["b"]["linked"], found["b"]["cluster"]) == ("true", "a")
    assert {each["id"]: each["kind"] for each in json.loads(found["c"]["suggestions"])} == {
        "a": "recurrence",
        "b": "duplicate",
    }
    assert found["c"]["suggested_parent"] == "b"


def test_the_order_of_lines_does_not_matter_where_times_tell(match):
    lines = [line(str(number), at=f"2026-11-01T08:{number:02}:00Z", x=number % 3, text="چاله") for number in range(12)]
    forward, backward = match(*lines), match(*lines[::-1])
    assert forward.rows == backward.rows


@pytest.mark.parametrize(
    "how",
    [
        {"encoding": "utf-8-sig"},
        {"header": HEADER.replace(",", ";"), "separator": ";"},
        {"ends": "\r\n"},
        {"header": HEADER.upper()},
        {"header": HEADER.replace("lon", "Longitude").replace("lat", "latitude").replace("description", "text")},
        {"digits": True},
    ],
    ids=["bom", "semicolons", "crlf", "capitals", "other names", "persian digits"],
)
def test_files_as_people_have_them(tmp_path, db, how):
    lines = [line("a", text="چاله جلوی نانوایی"), line("b", at="2026-11-01 09:00", x=10, text="چاله جلوی نانوایی")]
    text = "\n".join([how.get("header", HEADER), *(each.replace(",", how.get("separator", ",")) for each in lines), ""])
    if how.get("digits"):
        head, _, body = text.partition("\n")
        text = head + "\n" + body.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    found = Matched(tmp_path, text.replace("\n", how.get("ends", "\n")), encoding=how.get("encoding", "utf-8"))
    assert found.failure is None
    assert (found["b"]["suggested_parent"], found["b"]["linked"]) == ("a", "true")


def test_columns_may_be_missing(match):
    found = match(
        f"2026-11-01,{LON},{LAT}", f"2026-11-02,{LON},{LAT}", f"1405/08/12,{LON},{LAT}", header="created_at,lon,lat"
    )
    assert found.failure is None
    assert [found[key]["cluster"] for key in ("1", "2", "3")] == ["1", "1", "1"]
    assert match("a,2026-11-01", header="id,created_at").failure.args[0].startswith("There is no column lon, lat")


def test_rows_that_cannot_be_compared_are_named_and_the_others_answered(match):
    found = match(
        line("a", text="چاله"),
        line("b", at="2026-11-01T09:00:00Z", text="چاله"),
        "x1,2026-11-01,,pothole,here,36.3,,,",
        "x2,2026-11-01,,pothole,200,36.3,,,",
        f"x3,2026-11-01,,pothole,{LAT},{LON},,,",
        "x4,yesterday,,pothole,59.58,36.30,,,",
        line("a"),
        "x5",
        "x6,2026-11-01,,pothole,36.3,159.58,,,",
    )
    assert found.failure.returncode == 3
    assert found["b"]["linked"] == "true"
    assert found["x3"]["suggestions"] == "[]"
    said = found.said.getvalue()
    for words in ("Without longitude", "out of range", "exchanged", "Without a time", "stood before", "fewer cells"):
        assert words in said
    assert "(line 6, 10)" in said  # the exchanged ones


@pytest.mark.parametrize(
    "text, sentence",
    [
        (b"", "There is no column"),
        (b"\xff\xfei\x00d\x00", "not in UTF-8"),
        (b"id,created_at,lon,lat,longitude\n", "Two columns are meant as lon"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_a_sentence(tmp_path, db, text, sentence):
    assert sentence in str(Matched(tmp_path, text).failure)


def test_a_missing_file_is_refused(tmp_path, db):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("match_duplicates", str(tmp_path / "none.csv"), str(tmp_path / "out.csv"))


def test_categories_that_nobody_has_heard_of_are_families_of_their_own_and_names_are_codes(match):
    found = match(
        line("a", category="Снег", text="snow"),
        line("b", at="2026-11-01T09:00:00Z", category="Снег", x=1, text="snow"),
        line("c", at="2026-11-01T09:00:00Z", category="Лёд", x=1, text="snow"),
        line("d", at="2026-11-01T10:00:00Z", category="چاله و خرابی آسفالت", text="چاله جلوی نانوایی"),
        line("e", at="2026-11-01T11:00:00Z", category="pothole", x=5, text="چاله جلوی نانوایی"),
        line("f", at="2026-11-01T12:00:00Z", category="Street_Light", y=900, text="چراغ جلوی بانک خاموش"),
        line("g", at="2026-11-01T13:00:00Z", category="street-light", y=905, text="لامپ جلوی بانک خاموش"),
    )
    assert [found[key]["cluster"] for key in "abcdefg"] == ["a", "a", "c", "d", "d", "f", "f"]


def test_a_strange_category_is_kin_to_what_it_is_plainly_about(match):
    found = match(
        line("a", category="asphalt", text="آسفالت جلوی نانوایی سنگکی گود شده"),
        line("b", at="2026-11-01T09:00:00Z", x=4, text="چاله جلوی نانوایی سنگکی"),
        line("c", at="2026-11-01T09:00:00Z", category="asphalt permit", x=4, text="چاله جلوی نانوایی سنگکی"),
    )
    assert (found["b"]["cluster"], found["c"]["suggestions"]) == ("a", "[]")


@pytest.mark.parametrize("lon, lat", [(179.99999, -17.0), (-70.0, 89.9), (-58.4, -34.6), (0.0, 0.0)])
def test_metres_are_metres_anywhere_on_earth(match, lon, lat):
    across = 0.00004 if abs(lat) < 80 else 0.005
    other = lon + across if lon + across <= 180 else lon + across - 360
    found = match(
        f"a,2026-11-01,,x,{lon},{lat},,,a deep hole by the old bridge",
        f"b,2026-11-02,,x,{other},{lat},,,a deep hole by the old bridge",
    )
    assert found["b"]["cluster"] == "a"


def test_nothing_of_the_database_is_needed(tmp_path, db, monkeypatch):
    def away():
        from django.db import OperationalError

        raise OperationalError

    monkeypatch.setattr(match_duplicates, "current_settings", away)
    assert Matched(tmp_path, "\n".join([HEADER, line("a"), line("b", at="2026-11-02", text="")])).failure is None


# -- The same pairs and the same answers, however they are found -------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    places=st.lists(
        st.tuples(
            st.floats(-400, 400), st.floats(-400, 400), st.integers(0, 40), st.sampled_from(["pothole", "road-cut"])
        ),
        min_size=2,
        max_size=30,
    ),
    corner=st.sampled_from([(0.0, 0.0), (179.999, 10.0), (-180.0, -45.0), (59.6, 36.3), (10.0, 84.0)]),
)
def test_pairs_are_those_that_all_comparisons_would_find(places, corner, tmp_path_factory):
    file = tmp_path_factory.mktemp("pairs") / "in.csv"
    lines = []
    for key, (x, y, day, category) in enumerate(places):
        lon = corner[0] + x / (111_320 * np.cos(np.radians(corner[1])))
        lon = lon - 360 if lon > 180 else lon + 360 if lon < -180 else lon
        lines.append(f"{key},2026-{1 + day // 28:02}-{1 + day % 28:02},,{category},{lon!r},{corner[1] + y / 110_574!r}")
    file.write_text("id,created_at,closed_at,category,lon,lat\n" + "\n".join(lines))
    with read_rows(file, settings=SHIPPED) as rows:
        pairing = Pairing(rows, SHIPPED)
        found = set()
        for chunk in pairing.chunks():
            pairs = pairing.pairs(chunk)
            found |= set(zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True))
        assert found == {
            (later, earlier)
            for later in range(len(rows))
            for earlier in range(len(rows))
            if (rows.at[earlier], earlier) < (rows.at[later], later) and _near(rows.facts(later), rows.facts(earlier))
        }


def _near(one, other) -> bool:
    from reports.duplicates.signals import distance_m

    return distance_m(one, other) <= SHIPPED.pair(one.category, other.category).radius_m


def test_two_processes_give_what_one_gives(tmp_path, monkeypatch):
    monkeypatch.setattr("reports.duplicates.replay.FEW", 10)
    monkeypatch.setattr("reports.duplicates.pairing.CHUNK", 7)
    lines = [
        line(key, at=f"2026-11-{1 + key % 20:02}", x=key * 7 % 90, y=key * 13 % 80, text=f"چاله پلاک {key % 5}")
        for key in range(60)
    ]
    (tmp_path / "in.csv").write_text("\n".join([HEADER, *lines]))
    with read_rows(tmp_path / "in.csv", settings=SHIPPED) as rows:
        one, two = (match_rows(rows, settings=SHIPPED, processes=count) for count in (1, 2))
    for name in ("best", "scores", "recurs", "cluster", "linked"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert one.linked.any()


def test_a_crowd_at_one_place_is_compared_with_the_nearest_few_only(tmp_path):
    lines = [
        line(key, at=f"2026-11-01T{key // 60 % 24:02}:{key % 60:02}:00Z", x=key % 100, y=key % 97)
        for key in range(1200)
    ]
    (tmp_path / "in.csv").write_text("\n".join([HEADER, *lines]))
    with read_rows(tmp_path / "in.csv", settings=SHIPPED) as rows:
        pairing = Pairing(rows, SHIPPED)
        [chunk] = pairing.chunks()
        pairs = pairing.pairs(chunk)
    assert np.bincount(pairs.later).max() == 50
    assert (np.diff(pairs.metres)[np.diff(pairs.later) == 0] >= 0).all()


def test_a_pair_is_scored_in_a_file_as_it_is_in_the_service(tmp_path):
    (tmp_path / "in.csv").write_text(
        "\n".join([HEADER, line("a", text="چاله"), line("b", at="2026-11-02", x=9, text="چاله")])
    )
    with read_rows(tmp_path / "in.csv", settings=SHIPPED) as rows:
        found = match_rows(rows, settings=SHIPPED, processes=1)
        assert found.scores[1, 0] == pytest.approx(value_of(rows.facts(1), rows.facts(0), settings=SHIPPED))


# -- Memory ---------------------------------------------------------------------------------------------------------


def test_four_times_the_rows_take_no_more_memory_to_speak_of(tmp_path, monkeypatch):
    """Texts lie beside memory, and what is remembered of them is bounded; a few numbers for each row are not."""
    for room in ("rows", "lexicon", "settings"):
        monkeypatch.setattr(f"reports.duplicates.{room}.REMEMBERED", 10)
    monkeypatch.setattr("reports.duplicates.pairing.CHUNK", 25)
    long = f"چاله {'ل' * 4000} پلاک {{}} کوچهٔ {{}}"  # each text another, of few words

    def peak(count: int) -> int:
        lines = [
            line(key, at=f"2026-11-{1 + key % 20:02}", x=key * 60, text=long.format(key % 20, key // 20))
            for key in range(count)
        ]
        (tmp_path / "in.csv").write_text("\n".join([HEADER, *lines]))
        del lines
        settings = SHIPPED.with_()  # that remembers nothing yet
        gc.collect()
        tracemalloc.start()
        try:
            with read_rows(tmp_path / "in.csv", settings=settings) as rows:
                match_rows(rows, settings=settings, processes=1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(25)  # what is imported and made once
    few, many = peak(75), peak(300)
    assert many < 1.3 * few, (few, many)
