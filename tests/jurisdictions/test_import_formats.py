"""`import_boundaries` reads any format, encoding and coordinate system."""

import json
from datetime import date

import pytest
import shapely

from jurisdictions.models import Boundary, BoundarySet, Jurisdiction
from tests.boundary_files import convert, feature, run_import, write
from tests.jurisdictions.import_ground import area, ground
from tests.shapes import square

pytestmark = pytest.mark.django_db


class TestFormats:
    @pytest.mark.parametrize(
        "name", ["a.shp", "a.shp.zip", "a.gpkg", "a.kml", "a.fgb", "a.gml", "a.geojsonl", "a.geojson"]
    )
    def test_a_set_is_the_same_in_every_format(self, town, districts, tmp_path, name):
        run_import(districts)
        file = convert(districts, tmp_path / name, *(["-f", "ESRI Shapefile"] if name.endswith("zip") else []))
        assert "Nothing has changed: this very set is there." in run_import(file)

    def test_and_so_are_metres_of_a_zone_to_a_hair(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "utm.gpkg", "-t_srs", "EPSG:32640")
        assert "EPSG:32640" in run_import(file)
        assert ground("1").hausdorff_distance(square(0, 0, side=1000)) < 1e-9

    def test_an_answer_of_the_overpass_api_is_one_as_well(self, town, tmp_path):
        corners = square(0, 0, side=500).exterior.coords
        park = {"type": "way", "id": 7, "tags": {"leisure": "park", "code": "w7", "name": "بوستان"}}
        park["geometry"] = [{"lon": lon, "lat": lat} for lon, lat in corners]
        (tmp_path / "parks.json").write_text(json.dumps({"version": 0.6, "elements": [park]}))
        run_import(tmp_path / "parks.json", level="park")
        assert area("w7") == pytest.approx(250_000, rel=0.01)

    def test_texts_in_another_encoding_are_read_when_it_is_named(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "a.shp", "-lco", "ENCODING=CP1256")
        file.with_suffix(".cpg").unlink()
        run_import(file, "--encoding", "cp1256")
        assert Jurisdiction.objects.get(code="1").name_fa == "منطقه 1"

    def test_one_of_several_layers_is_named(self, town, districts, tmp_path):
        file = convert(districts, tmp_path / "two.gpkg", "-nln", "first")
        convert(districts, file, "-update", "-nln", "second", "-where", "code = '2'")
        run_import(file, "--layer", "second")
        assert list(Boundary.objects.values_list("jurisdiction__code", flat=True)) == ["2"]

    def test_swapped_axes_are_swapped_back(self, town, tmp_path):
        swapped = shapely.transform(square(0, 0, side=1000), lambda points: points[:, ::-1])
        run_import(write(tmp_path / "a.geojson", feature(swapped, "1")), "--swap-axes")
        assert ground("1").equals(square(0, 0, side=1000))

    @pytest.mark.parametrize(("written", "code"), [("۱۲", "12"), (3.0, "3"), (" 7 ", "7")])
    def test_codes_are_tidied(self, town, tmp_path, written, code):
        run_import(write(tmp_path / "a.geojson", feature(square(0, 0), written)))
        assert Boundary.objects.get().jurisdiction.code == code

    def test_the_first_day_may_be_jalali(self, town, districts):
        run_import(districts, first_day="1404/01/01")
        assert BoundarySet.objects.get().first_day == date(2025, 3, 21)

    def test_the_nameless_get_a_name_if_one_is_given(self, town, tmp_path):
        run_import(write(tmp_path / "a.geojson", feature(square(0, 0), "7", "")), "--unnamed", "بوستان {code}")
        assert Jurisdiction.objects.get(code="7").name_fa == "بوستان 7"
