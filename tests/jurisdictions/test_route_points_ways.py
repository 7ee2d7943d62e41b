"""`manage.py route_points`: from where to where, as of which day and in which city; what it shows meanwhile."""

import gzip
import io
import os
import subprocess
from datetime import date
from types import SimpleNamespace

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateRange

from jurisdictions.management.progress import Progress
from tests.factories import BoundaryFactory, CategoryFactory, CityFactory
from tests.jurisdictions.point_files import WEST, called, new, points, row, table
from tests.shapes import square

pytestmark = pytest.mark.usefixtures("small_city")


class TestPlaces:
    def test_standard_input_and_output(self, route_file, monkeypatch, capsysbinary):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(points((500, 200)).encode())))
        code, said = called("-", "-", **{"from": "csv"})
        assert code == 0
        assert new(capsysbinary.readouterr().out) == [WEST]
        assert "1 rows" in said

    def test_a_format_that_no_name_tells_is_asked_for(self):
        code, said = called("-", "-")
        assert code == 1
        assert "--from csv|geojson|geojsonseq|parquet" in said

    def test_parquet_is_not_read_from_a_stream(self, monkeypatch):
        class Pipe(io.BytesIO):
            def seekable(self):
                return False

        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=Pipe(b"PAR1")))
        code, said = called("-", "-", **{"from": "parquet"})
        assert (code, "from a file" in said) == (1, True)

    def test_gzip_is_unpacked_and_packed(self, route_file):
        done = route_file(gzip.compress(points((500, 200)).encode()), "in.csv.gz", "out.csv.gz")
        assert new(gzip.decompress(done.bytes)) == [WEST]

    @pytest.mark.parametrize("cut", [5, 30, -3])
    def test_damaged_gzip_is_answered_with_a_sentence(self, route_file, cut):
        done = route_file(gzip.compress(points(*[(500, 200)] * 100).encode())[:cut], "in.csv.gz")
        assert (done.code, done.bytes) == (1, None)

    def test_rows_do_not_change_their_kind(self, route_file):
        done = route_file(points((500, 200)), "in.csv", "out.geojson")
        assert (done.code, done.bytes) == (1, None)
        assert "CSV to CSV" in done.said

    @pytest.mark.parametrize("link", [os.link, os.symlink])
    def test_the_same_file_by_another_name_is_refused_and_stays(self, tmp_path, link):
        source, other = tmp_path / "in.csv", tmp_path / "other.csv"
        source.write_text(points((500, 200)))
        link(source, other)
        for target in (source, other):
            code, said = called(str(source), str(target))
            assert (code, said) == (1, "IN and OUT are the same file.")
        assert source.read_text() == points((500, 200))

    def test_what_was_there_stays_until_all_is_written(self, tmp_path):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(points((500, 200)) + "1,2,3,4,5\n")
        target.write_text("before")
        assert called(str(source), str(target))[0] == 1
        assert target.read_text() == "before"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]

    def test_a_link_stays_a_link(self, tmp_path):
        source, target, link = tmp_path / "in.csv", tmp_path / "out.csv", tmp_path / "link.csv"
        source.write_text(points((500, 200)))
        link.symlink_to(target)
        assert called(str(source), str(link))[0] == 0
        assert link.is_symlink()
        assert new(target.read_bytes()) == [WEST]

    def test_a_pipe_is_written_as_it_is(self, tmp_path):
        source, pipe = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(points((500, 200)))
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
            assert called(str(source), str(pipe))[0] == 0
            assert new(reader.stdout.read()) == [WEST]
        assert pipe.is_fifo()

    @pytest.mark.parametrize(
        ("source", "target"), [("missing.csv", "out.csv"), (".csv", "out.csv"), ("in.csv", "no/where.csv")]
    )
    def test_a_place_that_is_not_there_is_named(self, tmp_path, source, target):
        (tmp_path / "in.csv").write_text(points((500, 200)))
        (tmp_path / ".csv").mkdir()
        code, said = called(str(tmp_path / source), str(tmp_path / target))
        assert code == 1
        assert str(tmp_path) in said


class TestDays:
    def test_a_city_has_its_own_today(self, route_file, small_city):
        chicago = CityFactory(code="chicago", time_zone="America/Chicago", metric_srid=32616)
        BoundaryFactory(jurisdiction=chicago, shape=square(50_000, 0), in_force=DateRange(date(2026, 3, 21), None))
        with time_machine.travel("2026-03-21T01:00:00Z", tick=False):  # still the 20th in Chicago
            both = route_file(points((500, 200)), on=None)
            assert (both.code, both.bytes) == (1, None)
            assert "not the same day in all cities" in both.said
            assert route_file(points((500, 200)), on=None, city="sample").code == 0
            assert "No boundaries are in force on 2026-03-20." in route_file(points(), on=None, city="chicago").said

    def test_the_columns_are_the_levels_of_the_city(self, route_file, small_city):
        village = CityFactory(code="village", metric_srid=32640)
        BoundaryFactory(jurisdiction=village, shape=square(50_000, 0))
        done = route_file(points((500, 200)), city="village")
        assert table(done.bytes)[0][3:] == ["city", "department", "method", "edge_m"]
        assert table(done.bytes)[1][3:5] == ["sample", "1-civil-works"]

    def test_an_unknown_city_is_told_the_known_ones(self, route_file):
        assert "There is no city “x”; known are: sample." in route_file(points(), city="x").said

    def test_a_day_without_boundaries_is_told(self, route_file):
        assert "No boundaries are in force on 2001-01-01." in route_file(points(), on="2001-01-01").said

    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "1405/01/01"])
    def test_a_day_that_is_none_is_refused(self, route_file, day):
        assert route_file(points(), on=day).code != 0


class TestCategories:
    def test_an_inactive_category_is_known(self, route_file):
        CategoryFactory(code="old", is_active=False)
        assert route_file(points((500, 200), category="old")).code == 0

    def test_a_row_without_a_category_has_jurisdictions_and_no_department(self, route_file):
        assert new(route_file(f"lon,lat\n{row(500, 200)}\n").bytes) == [["sample", "1", "1-1", "", "covers"]]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_a_terminal_sees_a_bar_that_goes_away(self):
        screen, now = Screen(), iter([0.0, 1.0, 1.1, 2.0])
        screen.write = lambda msg, ending="": io.StringIO.write(screen, msg)
        progress = Progress(screen, clock=lambda: next(now))
        for rows, share in ((1000, 0.25), (1100, 0.3), (2000, None)):
            progress.tell(rows, share)
        progress.end()
        shown = screen.getvalue().split("\r")[1:]
        assert len(shown) == 3
        assert "[########" in shown[0]
        assert " 25%  1,000 rows, 1,000 a second, 0:03 left" in shown[0]
        assert shown[1].startswith("2,000 rows, 1,000 a second")
        assert shown[2] == "\x1b[K"

    def test_whoever_is_no_terminal_sees_none(self, route_file):
        assert "\r" not in route_file(points((500, 200))).said
