"""What is left out without being scored: only what no text, photo or person could have brought to a limit."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persian.normalize import fold
from reports.duplicates import bounds
from reports.duplicates.bounds import Bounds, has_of, read_texts
from reports.duplicates.facts import Facts
from reports.duplicates.pairing import Pairing
from reports.duplicates.replay import match_rows
from reports.duplicates.rows import read_rows
from reports.duplicates.score import value_of
from reports.duplicates.shipped import shipped_settings
from reports.duplicates.sifting import LEFT_OUT, sifted
from reports.duplicates.signals import distance_m

SHIPPED = shipped_settings()
PERSIAN = Path(__file__).resolve().parents[3] / "fixtures" / "duplicates_fa.csv"
TEXTS = [""]
for path in (PERSIAN, PERSIAN.with_name("duplicates_fa_authors.csv")):
    with path.open(encoding="utf-8", newline="") as file:
        TEXTS += [fold(line["description"]) for line in csv.DictReader(file)]
BEGIN = 1_790_000_000

told = st.builds(
    Facts,
    key=st.just(0),
    lon=st.floats(59.58, 59.584),
    lat=st.floats(36.3, 36.303),
    accuracy_m=st.none() | st.floats(0, 80),
    category=st.sampled_from(["pothole", "road-cut", "water-leak", "street-light", "somebody-elses"]),
    group=st.just(""),
    at=st.integers(0, 90 * 24).map(lambda hours: datetime.fromtimestamp(BEGIN + 3600 * hours, UTC)),
    closed_at=st.none() | st.integers(0, 120 * 24).map(lambda hours: datetime.fromtimestamp(BEGIN + 3600 * hours, UTC)),
    words=st.sampled_from(TEXTS),
    address=st.sampled_from(["", "خیابان لاله کوچه 5 پلاک 12", "کوچه 7 پلاک 12", "پلاک 3"]),
    photos=st.lists(st.integers(0, 7), max_size=2).map(tuple),
    people=st.frozensets(st.sampled_from("ab"), max_size=1),
)


def arrays(reports: list[Facts]) -> SimpleNamespace:
    """The same as numbers."""
    names = sorted({each.category for each in reports})
    has = [has_of(words=e.words, address=e.address, photos=e.photos, people=e.people) for e in reports]
    return SimpleNamespace(
        lon=np.array([each.lon for each in reports]),
        lat=np.array([each.lat for each in reports]),
        at=np.array([each.at.timestamp() for each in reports]),
        closed_at=np.array([each.closed_at.timestamp() if each.closed_at else np.inf for each in reports]),
        accuracy_m=np.array([each.accuracy_m for each in reports], np.float64),
        category=np.array([names.index(each.category) for each in reports]),
        categories=names,
        has=np.array(has, np.uint8),
    )


@settings(max_examples=300, deadline=None)
@given(reports=st.lists(told, min_size=2, max_size=6))
def test_no_score_is_higher_than_its_bound(reports):
    one, other = np.triu_indices(len(reports), 1)
    pairs = [(reports[left], reports[right]) for left, right in zip(one, other, strict=True)]
    metres = np.array([distance_m(*pair) for pair in pairs])
    most = Bounds(arrays(reports), SHIPPED).of(one, other, metres)
    values = [value_of(*pair, settings=SHIPPED) for pair in pairs]
    assert all(value <= top for value, top in zip(values, most, strict=True))
    read = read_texts(np.arange(len(reports)), reports, count=len(reports), settings=SHIPPED)
    closer = Bounds(arrays(reports), SHIPPED).of(one, other, metres, told=read)
    assert all(value <= top for value, top in zip(values, closer, strict=True))
    assert (closer <= most).all()


def test_texts_that_have_been_read_leave_less_to_be_scored():
    with read_rows(PERSIAN, settings=SHIPPED) as rows:
        pairing = Pairing(rows, SHIPPED)
        pairs = pairing.pairs(np.flatnonzero(rows.usable))
        told = read_texts(
            np.arange(len(rows)), [rows.facts(row) for row in range(len(rows))], count=len(rows), settings=SHIPPED
        )
        ours = Bounds(rows, SHIPPED)
        before = ours.of(pairs.later, pairs.earlier, pairs.metres)
        after = ours.of(pairs.later, pairs.earlier, pairs.metres, told=told)
    assert (after <= before).all()
    assert after.mean() < before.mean() - 0.1


def test_bounds_are_the_same_whether_texts_are_compared_at_once_or_some_at_a_time(monkeypatch):
    with read_rows(PERSIAN, settings=SHIPPED) as rows:
        pairs = Pairing(rows, SHIPPED).pairs(np.flatnonzero(rows.usable))
        facts = [rows.facts(row) for row in range(len(rows))]
        told = read_texts(np.arange(len(rows)), facts, count=len(rows), settings=SHIPPED)
        at_once = Bounds(rows, SHIPPED).of(pairs.later, pairs.earlier, pairs.metres, told=told)
        monkeypatch.setattr(bounds, "_PART", 7)
        some = Bounds(rows, SHIPPED).of(pairs.later, pairs.earlier, pairs.metres, told=told)
    assert len(pairs.later) > 700
    assert np.array_equal(some, at_once)


@settings(max_examples=100, deadline=None)
@given(one=told, other=told)
def test_where_nothing_is_told_the_bound_is_the_score(one, other):
    silent = [replace(each, words="", address="", photos=(), people=frozenset()) for each in (one, other)]
    [most] = Bounds(arrays(silent), SHIPPED).of(np.array([0]), np.array([1]), np.array([distance_m(*silent)]))
    assert most == pytest.approx(value_of(*silent, settings=SHIPPED), abs=0.0011)


@settings(max_examples=200, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 20), st.integers(0, 5)), min_size=1, max_size=40
    ),
    limit=st.integers(0, 20),
)
def test_what_is_left_out_is_neither_among_the_best_nor_linked(pairs, limit):
    later, recurs, values, above = (np.array(column) for column in zip(*pairs, strict=True))
    asked = []

    def value(pair: int) -> float:
        asked.append(pair)
        return float(values[pair])

    limits = np.full(len(pairs), float(limit))
    found = sifted(later=later, recurs=recurs, most=(values + above) * 1.0, limits=limits, best=3, value=value)
    assert sorted(asked) == np.flatnonzero(found != LEFT_OUT).tolist()
    for row in set(later.tolist()):
        mine = np.flatnonzero(later == row).tolist()
        best = sorted((bool(recurs[pair]), -int(values[pair])) for pair in mine)[:3]
        kept = sorted((bool(recurs[pair]), -int(values[pair])) for pair in mine if found[pair] != LEFT_OUT)[:3]
        assert kept == best
        last = best[-1]
        assert all(
            found[pair] != LEFT_OUT
            for pair in mine
            if (bool(recurs[pair]), -int(values[pair])) <= last or (values[pair] >= limit and not recurs[pair])
        )


def test_a_file_gives_the_same_whether_anything_is_left_out_or_not(monkeypatch):
    with read_rows(PERSIAN, settings=SHIPPED) as rows:
        sparing = match_rows(rows, settings=SHIPPED, processes=1)
        monkeypatch.setattr(Bounds, "of", lambda self, one, other, metres, told: np.full(len(one), np.inf))
        thorough = match_rows(rows, settings=SHIPPED, processes=1)
    for name in ("best", "scores", "recurs", "cluster", "linked"):
        assert np.array_equal(getattr(sparing, name), getattr(thorough, name)), name
    assert sparing.linked.any()
