"""The pyramid of counts says what the reports say, whatever has been folded, by whom and when."""

import random
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from geo.world import WORLD as WORLD_BOX
from geo.world import WorldBox, world_x, world_y
from people.access import PUBLIC
from reports import tasks
from reports.density import (
    changes_under,
    clusters,
    compare,
    fold,
    ground_counts,
    level_of,
    rebuild,
    sweep,
    tile_changes,
    tile_clusters,
    truth,
)
from reports.density.folding import LOCK
from reports.filters import ReportFilter
from reports.handling import change_status
from reports.models import Change, DensityCell, DensitySummary, Report
from reports.publishing import hide
from reports.workflow import Status
from tests.factories import CategoryFactory, RoutingRuleFactory
from tests.reports.density_ground import (
    START,
    WORLD,
    fold_all,
    public,
    some_box,
    some_write,
    submit,
    summed,
    told,
    view_of,
)
from tests.shapes import at
from tests.staff import multiply
from tests.threads import InTheBackground

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
EVERYTHING = ReportFilter()


@pytest.fixture
def kinds(small_city):
    """A plain category, a coarse one and one that is shown only after a review."""
    coarse = CategoryFactory(code="noise", place_precision_m=300)
    reviewed = CategoryFactory(code="waste", moderation="reviewed")
    for category in (coarse, reviewed):
        RoutingRuleFactory(root=small_city.city, category=category, level=small_city.west.level)
    return [small_city.pothole, coarse, reviewed]


@pytest.mark.parametrize("seed", [1, 2])
def test_G5_counts_are_those_of_the_table_after_every_write_for_every_view(seed, kinds):
    chance = random.Random(seed)
    for number in range(25):
        submit(kinds[number % 3], chance.uniform(0, 1990), chance.uniform(0, 990))
    for _ in range(40):
        before = changes_under()
        some_write(chance, kinds)
        if chance.random() < 0.3:
            told_before_folding = changes_under()
            fold()
            assert changes_under() == told_before_folding
        assert changes_under() >= before
        assert_same(chance, kinds)
    fold_all()
    assert compare().wrong == 0
    places = list(public().values_list("public_location", flat=True))
    for zoom in range(8, 21):
        for box in (WORLD, some_box(chance, [(place.x, place.y) for place in places])):
            level = level_of(zoom)
            assert told(clusters(view=view_of(box), level=level)) == summed(box, level, public())
    assert not DensityCell.objects.filter(n=0).exists()


def assert_same(chance: random.Random, kinds) -> None:
    places = [(place.x, place.y) for place in public().values_list("public_location", flat=True)]
    box = some_box(chance, places or [(59.6, 36.3)])
    level = level_of(chance.randrange(25))
    only = ReportFilter(
        categories=[each.pk for each in chance.sample(kinds, 2)] if chance.random() < 0.5 else None,
        statuses=chance.sample(Status.values, 2) if chance.random() < 0.5 else None,
        grounds={"district": ["1"]} if chance.random() < 0.3 else {},
    )
    for narrowing in (EVERYTHING, only):
        found = told(clusters(view=view_of(box), level=level, narrowing=narrowing))
        expected = summed(box, level, narrowing.narrow(public()))
        assert {cell: each[:5] for cell, each in found.items()} == {cell: each[:5] for cell, each in expected.items()}
        for cell, (*_, extent) in expected.items():  # what has gone may still widen it, until it is folded
            west, north, east, south = found[cell][5]
            assert (west, north) == (min(west, extent[0]), min(north, extent[1]))
            assert (east, south) == (max(east, extent[2]), max(south, extent[3]))
    by_code = {each.code: each.count for each in ground_counts(level="district", narrowing=only)}
    codes = ("1", "2")
    rows = {code: only.narrow(public()).publicly_in(level="district", codes=[code]).count() for code in codes}
    assert by_code == {code: count for code, count in rows.items() if count}


def test_G5_any_split_of_a_view_and_all_its_tiles_add_up(kinds):
    chance = random.Random(3)
    for number in range(20):
        submit(kinds[number % 2], chance.uniform(0, 1990), chance.uniform(0, 990))
    fold_all()
    submit(kinds[0], 100, 100)
    whole = (59.59, 36.29, 59.64, 36.32)
    for zoom in range(8, 21, 3):
        lon, lat = chance.uniform(whole[0], whole[2]), chance.uniform(whole[1], whole[3])
        parts = [(whole[0], whole[1], lon, lat), (lon, whole[1], whole[2], lat)]
        parts += [(whole[0], lat, lon, whole[3]), (lon, lat, whole[2], whole[3])]
        counts = [sum(each.count for each in clusters(view=view_of(box), level=level_of(zoom))) for box in parts]
        assert sum(counts) == 21
    for zoom in (0, 8, 14, 17):
        cells = WorldBox(world_x(whole[0]), world_y(whole[3]), world_x(whole[2]), world_y(whole[1])).at(zoom)
        tiles = [(x, y) for x in range(cells.x0, cells.x1 + 1) for y in range(cells.y0, cells.y1 + 1)]
        found = [each for x, y in tiles for each in tile_clusters(zoom, x, y, PUBLIC, EVERYTHING)]
        assert sum(each.count for each in found) == 21
        assert told(found) == summed(WORLD, level_of(zoom), public())


def test_a_cluster_parts_at_its_expansion_zoom_and_not_before(kinds):
    for x in (500, 500.4, 504, 540, 900):
        submit(kinds[0], x)
    fold_all()
    (all_of_them,) = clusters(view=view_of(WORLD), level=level_of(0))
    for zoom in range(all_of_them.expansion_zoom):
        assert len(clusters(view=view_of(WORLD), level=level_of(zoom))) == 1
    parted = clusters(view=view_of(WORLD), level=level_of(all_of_them.expansion_zoom))
    assert len(parted) > 1
    for each in parted:
        assert each.expansion_zoom is None or each.expansion_zoom > all_of_them.expansion_zoom
    Report.objects.exclude(pk=Report.objects.latest("pk").pk).delete()
    submit(kinds[0], 900)
    (same_place,) = clusters(view=view_of(WORLD), level=level_of(20))
    assert (same_place.count, same_place.expansion_zoom) == (2, None)


def test_places_at_the_ends_of_the_world_are_counted_once(kinds):
    report = submit(kinds[0])
    corners = [(-180, -90), (180, 90), (180, -90), (-180, 90), (0, 0), (179.9999999, 85.06)]
    for lon, lat in corners:
        Report.objects.filter(pk=report.pk).update(public_location=f"SRID=4326;POINT({lon} {lat})")
        for folded in (False, True):
            if folded:
                fold_all()
            quarters = [(-180, -90, 0, 0), (0, -90, 180, 0), (-180, 0, 0, 90), (0, 0, 180, 90)]
            for zoom in (0, 9, 20):
                assert sum(len(clusters(view=view_of(box), level=level_of(zoom))) for box in quarters) == 1
                assert len(clusters(view=view_of(WORLD), level=level_of(zoom))) == 1


def test_a_writer_that_began_earlier_and_ends_later_is_not_lost(kinds):
    report, other = submit(kinds[0]), submit(kinds[0], 1500)
    fold_all()
    begun, may_end = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            Report.objects.filter(pk=report.pk).update(status="resolved")
            begun.set()
            may_end.wait(20)

    slow = InTheBackground(slowly)
    slow.start()
    assert begun.wait(20)
    change_status(report=other, to="rejected", note="done", at=START)
    assert fold() == 0  # its number is higher: it waits for the first
    (cluster,) = clusters(view=view_of(WORLD), level=3)
    assert cluster.statuses == {"received": 1, "rejected": 1}
    assert compare().wrong == 0
    rebuild()
    assert compare().wrong == 0
    may_end.set()
    slow.join()
    assert fold_all() == 2
    (cluster,) = clusters(view=view_of(WORLD), level=3)
    assert cluster.statuses == {"resolved": 1, "rejected": 1}
    assert compare().wrong == 0


def test_one_process_folds_at_a_time_and_the_others_go_on(kinds):
    submit(kinds[0])
    locked, may_end = threading.Event(), threading.Event()

    def folding() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            locked.set()
            may_end.wait(20)

    other = InTheBackground(folding)
    other.start()
    assert locked.wait(20)
    assert fold() == 0
    assert clusters(view=view_of(WORLD), level=9)[0].count == 1
    may_end.set()
    other.join()
    both = [InTheBackground(fold) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
        assert each.raised is None
    fold_all()
    assert compare().wrong == 0


def test_a_rebuild_is_exact_while_writers_go_on(kinds):
    reports = [submit(kinds[0], 100 * number) for number in range(12)]
    fold_all()
    may_end = threading.Event()

    def writing(mine: list[Report]) -> None:
        chance = random.Random(mine[0].pk)
        while not may_end.is_set():
            report = chance.choice(mine)
            Report.objects.filter(pk=report.pk).update(
                status=chance.choice(Status.values), public_location=at(chance.uniform(0, 1990), 500)
            )

    writers = [InTheBackground(lambda mine=reports[start::3]: writing(mine)) for start in range(3)]
    for each in writers:
        each.start()
    try:
        told_before = changes_under()
        for number in range(4):
            DensityCell.objects.filter(level=10 + number).delete()
            DensitySummary.objects.filter(level=12 + number).update(n=0)
            rebuild()
            fold()
            assert compare().wrong == 0
            assert sum(each.count for each in clusters(view=view_of(WORLD), level=10 + number)) == 12
            assert told_before < (told_before := changes_under())
    finally:
        may_end.set()
        for each in writers:
            each.join()
    assert [each.raised for each in writers] == [None] * 3
    fold_all()
    assert compare().wrong == 0


def test_the_check_names_what_is_wrong_and_the_rebuild_puts_it_right(kinds, capsys):
    submit(kinds[0])
    fold_all()
    submit(kinds[0], 1500)
    call_command("check_density")
    assert "2 public reports" in capsys.readouterr().out
    before = changes_under()
    DensitySummary.objects.filter(level=9).update(n=5)
    with pytest.raises(CommandError, match=r"9/\d+/\d+: 5 reports, should be 1"):
        call_command("check_density")
    call_command("rebuild_density")
    call_command("check_density")
    assert changes_under() > before  # what was told under the old validator is told again
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_densitycell, reports_densitysummary, reports_densityground")
    call_command("rebuild_density")
    assert compare().wrong == 0
    assert changes_under() > before


def test_the_check_groups_each_cell_once_and_not_for_every_other_one(kinds):
    """Of cells that lie together the planner expects a few groups, and takes a loop over them for cheap."""
    multiply(submit(kinds[0]), by=6_000)
    every_other = list(Report.objects.values_list("pk", flat=True)[::2])
    Report.objects.filter(pk__in=every_other).update(category=kinds[1], status=Status.RESOLVED)
    Change.objects.all().delete()
    plans = []

    def explained(execute, sql, params, many, context):
        if sql == truth._SUMMARIES:
            _create, _as, query = sql.partition("ON COMMIT DROP AS")
            execute(f"EXPLAIN {query}", None, many, context)
            plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        rebuild()
        compare()
    assert len(plans) == 2
    assert not any("Nested Loop" in plan for plan in plans)


def test_what_was_folded_a_day_ago_is_swept_away_and_nothing_else(kinds):
    submit(kinds[0])
    tomorrow = Change.objects.get().at + timedelta(days=1, seconds=1)
    assert sweep(at=tomorrow) == 0  # not folded yet
    assert fold_all(tasks.fold_changes) == 1
    assert sweep(at=tomorrow - timedelta(seconds=2)) == 0
    before = changes_under()
    assert sweep(at=tomorrow) == 1
    assert not Change.objects.exists()
    assert changes_under() == before
    assert clusters(view=view_of(WORLD), level=5)[0].count == 1


def test_a_validator_moves_with_its_own_ground_alone(kinds):
    here = submit(kinds[0], 100, 100)
    far = WorldBox.around(west=10, south=10, east=11, north=11)
    place = Report.objects.get(pk=here.pk)
    tile = {"z": 16, "x": place.public_x >> 14, "y": place.public_y >> 14}
    seen = [changes_under(), changes_under(far), tile_changes(**tile)]
    assert changes_under(WORLD_BOX) == changes_under()
    hide(report=here)
    assert [changes_under(), changes_under(far), tile_changes(**tile)] == [seen[0] + 1, seen[1], seen[2] + 1]
    Report.objects.filter(pk=here.pk).update(description="only for the staff")
    assert changes_under() == seen[0] + 1
