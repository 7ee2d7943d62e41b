"""Odd files from odd programs: what can be understood is taken, the rest is refused in a sentence; nothing half."""

import json
import os
import signal
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection
from shapely import GeometryCollection, LineString, MultiPolygon, Point

from jurisdictions.models import Boundary, BoundarySet, Jurisdiction
from tests.boundary_files import convert, east, feature, run_import, west, words_for, write, write_wkt
from tests.factories import CityFactory, LevelFactory
from tests.processes import beside
from tests.shapes import lonlat, square

LAYERED = ["a.gpkg", "a.fgb", "a.shp", "a.kml"]


def refused(path, *words: str, **values: str) -> str:
    with pytest.raises(CommandError) as error:
        run_import(path, *words, **values)
    assert error.value.returncode == 1
    assert not Boundary.objects.exists()
    return str(error.value)


@pytest.mark.usefixtures("town")
class TestAFile:
    @pytest.mark.parametrize("name", LAYERED)
    def test_with_an_empty_layer_is_refused(self, tmp_path, name):
        full = write(tmp_path / "full.geojson", west())
        file = convert(full, tmp_path / name, "-where", "code = 'none'")
        said = refused(file)
        assert f"{name} has no features." in said or f"{name} has no layer of shapes." in said

    @pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.kml"])
    def test_with_polygons_and_points_names_the_point(self, tmp_path, name):
        mixed = write(tmp_path / "mixed.geojson", west(), feature(Point(lonlat(5, 5)), "p"))
        said = refused(convert(mixed, tmp_path / name, "-nlt", "GEOMETRY"))
        assert "is no polygon but a Point: leave it out of the file." in said

    @pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.geojson"])
    def test_with_collections_gives_their_polygons_and_says_what_it_left_out(self, tmp_path, name):
        both = GeometryCollection([square(0, 0), LineString([lonlat(0, 0), lonlat(5, 5)])])
        file = write(tmp_path / "mixed.geojson", feature(both, "1"), east())
        if name != "a.geojson":
            file = convert(file, tmp_path / name, "-nlt", "GEOMETRY")
        said = run_import(file)
        assert "1 of 2 features had points or lines beside their polygons, which were left out." in said
        assert Boundary.objects.get(jurisdiction__code="1").shape.num_geom == 1

    @pytest.mark.parametrize("lost", [".shx", ".prj"])
    def test_of_which_a_part_is_lost_is_refused(self, tmp_path, lost):
        file = convert(write(tmp_path / "full.geojson", west()), tmp_path / "a.shp")
        file.with_suffix(lost).unlink()
        said = refused(file)
        wanted = "give --crs, such as EPSG:32640." if lost == ".prj" else "is no file of shapes that GDAL can read"
        assert wanted in said

    def test_without_its_table_has_no_properties(self, tmp_path):
        file = convert(write(tmp_path / "full.geojson", west()), tmp_path / "a.shp")
        file.with_suffix(".dbf").unlink()
        assert "a.shp has no property code" in refused(file)

    def test_in_no_system_is_taken_once_it_is_named(self, tmp_path):
        table = write_wkt(tmp_path / "a.csv", **{"1": square(0, 0).wkt})
        file = convert(table, tmp_path / "a.gpkg", "-oo", "GEOM_POSSIBLE_NAMES=WKT", "-nlt", "POLYGON")
        assert "does not say in which system its coordinates are: give --crs" in refused(file)
        assert "Stored." in run_import(file, "--crs", "EPSG:4326")

    def test_in_a_system_of_another_continent_is_refused(self, tmp_path):
        full = write(tmp_path / "full.geojson", west())
        file = convert(full, tmp_path / "a.gpkg", "-a_srs", "EPSG:2263")  # New York's feet
        assert "--crs" in refused(file)

    def test_of_another_kind_than_its_name_says_is_read_all_the_same(self, tmp_path):
        file = convert(write(tmp_path / "full.geojson", west(), east()), tmp_path / "a.gpkg")
        assert "Stored." in run_import(file.rename(tmp_path / "a.geojson"))

    def test_of_pixels_is_refused(self, tmp_path):
        (tmp_path / "a.tif").write_bytes(b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")
        assert "is no file of shapes that GDAL can read" in refused(tmp_path / "a.tif")

    def test_that_is_a_folder_is_refused(self, tmp_path):
        (tmp_path / "folder").mkdir()
        assert "folder is no file of shapes that GDAL can read" in refused(tmp_path / "folder")


@pytest.mark.usefixtures("town")
class TestCodes:
    @pytest.mark.parametrize("second", ["۱", "١", " 1 ", 1])
    def test_that_are_the_same_once_they_are_tidied_stand_twice(self, tmp_path, second):
        file = write(tmp_path / "a.geojson", west(), feature(square(1000, 0), second))
        assert "The code 1 stands 2 times, in features 1 and 2" in refused(file)

    @pytest.mark.parametrize("code", [[1, 2], {"a": 1}, "a/b", "1.5", "x" * 300])
    def test_that_are_none_are_refused_in_words(self, tmp_path, code):
        said = refused(write(tmp_path / "a.geojson", west(), feature(square(1000, 0), code)))
        assert "Traceback" not in said
        assert said.endswith((".", ")"))


@pytest.mark.usefixtures("town")
class TestShapes:
    def test_that_are_empty_are_refused(self, tmp_path):
        rows = [west(), feature(square(0, 0), "2") | {"geometry": {"type": "MultiPolygon", "coordinates": []}}]
        said = refused(write(tmp_path / "a.geojson", *rows))
        assert "Feature 2" in said

    def test_that_are_one_inside_another_overlap(self, tmp_path):
        said = refused(write(tmp_path / "a.geojson", west(), feature(square(200, 200, side=100), "2")))
        assert "overlap" in said

    def test_that_are_the_very_same_overlap(self, tmp_path):
        assert "overlap" in refused(write(tmp_path / "a.geojson", west(), feature(square(0, 0, side=1000), "2")))

    def test_whose_parts_lie_over_each_other_are_one_ground(self, tmp_path):
        parts = MultiPolygon([square(0, 0, side=1000), square(999, 0, side=1000)])
        assert "Stored." in run_import(write(tmp_path / "a.geojson", feature(parts, "1")))
        shape = shapely.from_wkb(bytes(Boundary.objects.get().shape.wkb))
        assert shapely.is_valid(shape)

    def test_with_a_spike_of_no_width_are_taken_without_it(self, tmp_path):
        corners = [lonlat(*xy) for xy in [(0, 0), (1000, 0), (1000, 1000), (1500, 1000), (1000, 1000), (0, 1000)]]
        assert "Stored." in run_import(write(tmp_path / "a.geojson", feature(shapely.Polygon(corners), "1")))
        assert Boundary.objects.get().shape.extent[2] < lonlat(1001, 1000)[0]

    def test_with_numbers_beyond_all_measure_are_refused(self, tmp_path):
        file = write(tmp_path / "a.geojson", west())
        document = json.loads(file.read_text())
        document["features"][0]["geometry"]["coordinates"][0][1] = [1e300, -1e300]
        file.write_text(json.dumps(document))
        assert refused(file)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "a.geojson هیچ عارضه‌ای ندارد."),
        ([west(), feature(Point(lonlat(5, 5)), "p")], "عارضهٔ 2 چندضلعی نیست، بلکه Point است: آن را از پرونده بردارید."),
        ([west(), west()], "کد 1، 2 بار آمده است، در عارضه‌های 1 و 2: یکی را درست کنید"),
        (
            [west(), feature(square(500, 0, side=1000), "2")],
            "خطایی پهن‌تر از 5 متر است (overlap؛ پهن‌ترین 500.0 متر در 1, 2)",
        ),
    ],
)
def test_a_refusal_is_in_the_language_of_the_service(town, tmp_path, rows, sentence):
    file = write(tmp_path / "a.geojson", *rows)
    with pytest.raises(CommandError) as error:
        call_command("import_boundaries", str(file), *words_for(), stdout=StringIO(), stderr=StringIO())
    assert sentence in str(error.value)


def _import_until_it_is_killed(file: Path) -> None:
    """The process kills itself when the boundaries are written but not committed."""

    def killing(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if 'INSERT INTO "jurisdictions_boundary"' in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(killing):
        run_import(file)


@pytest.mark.django_db(transaction=True)
def test_r17_an_import_that_is_killed_leaves_nothing_and_the_next_is_whole(tmp_path):
    LevelFactory()
    CityFactory(code="town")
    file = write(tmp_path / "a.geojson", west(), east())
    process = beside(partial(_import_until_it_is_killed, file))
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not BoundarySet.objects.exists()
    assert not Jurisdiction.objects.filter(level__code="district").exists()
    assert "Stored." in run_import(file)
    assert Boundary.objects.count() == 2
