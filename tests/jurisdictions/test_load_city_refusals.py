"""load_city says in a sentence which file is at fault, and then loads nothing."""

import pytest
from django.core.management import CommandError
from shapely.geometry import mapping

from tests.city_files import everything, load
from tests.shapes import polygon, square

pytestmark = pytest.mark.usefixtures("in_english")


def break_manifest(**changes):
    return lambda files: files["town.json"].update(changes)


def break_first(name, key, **changes):
    return lambda files: files[name][key][0].update(changes)


def break_feature(name, **changes):
    return lambda files: files[name]["features"][0].update(changes)


def break_properties(name, **changes):
    return lambda files: files[name]["features"][0]["properties"].update(changes)


def forget(name, key):
    return lambda files: files[name].pop(key)


BOWTIE = mapping(polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)]))
OVER_BOTH = mapping(square(0, 0, side=1500))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (forget("town.json", "code"), "town.json: “code” is missing."),
        (break_manifest(colour="green"), "town.json: “colour” is not known here."),
        (break_manifest(metric_srid="32640"), "town.json: “metric_srid” must be a whole number."),
        (break_manifest(metric_srid=1), "town.json: metric_srid: "),
        (break_manifest(time_zone="Asia/Nowhere"), "time_zone: Asia/Nowhere is no time zone"),
        (break_manifest(streets="nothing.geojson"), "nothing.geojson cannot be read: No such file or directory."),
        (break_first("town.json", "levels", rank=True), "town.json, levels[0]: “rank” must be a whole number."),
        (break_first("town.json", "levels", rank=-1), "town.json, levels[0]: rank: "),
        (break_first("town.json", "boundaries", first_day="1403-05-16x"), "boundaries[0]: “first_day” is no day"),
        (break_first("town.json", "boundaries", first_day="9999-12-31"), "boundaries[0]: “first_day” is no day"),
        (lambda files: files["rules.json"].update(first_day="0001-01-01"), "rules.json: “first_day” is no day"),
        (break_first("town.json", "boundaries", level="park"), "boundaries[0]: There is no level “park”."),
        (break_first("town.json", "departments", function="magic"), "departments[0]: There is no function “magic”."),
        (break_first("town.json", "departments", code="{color}"), "departments[0]: code: Enter a valid"),
        (break_first("categories.json", "categories", group="none"), "There is no category group “none”."),
        (break_first("categories.json", "categories", moderation="maybe"), "categories[0]: moderation: Value 'maybe'"),
        (break_first("categories.json", "categories", place_precision_m=3), "Coarseness is 0, or between 10 and"),
        (break_first("rules.json", "rules", group="cleaning", level="city"), "rules[1]: There is another rule"),
        (break_first("rules.json", "rules", category="pothole"), "rules[0]: Name a category or a group, not both."),
        (lambda files: files["rules.json"]["rules"].pop(0), "rules.json: No rule answers the category pothole."),
        (lambda files: files["town.json"]["departments"].pop(), "No active department has the function “Waste”"),
        (break_feature("districts.geojson", geometry=BOWTIE), "districts.geojson: 1 is not valid: Self-inter"),
        (break_feature("districts.geojson", geometry=OVER_BOTH), "districts.geojson: 1 and 2 overlap by"),
        (break_feature("districts.geojson", geometry=None), "features[0], geometry: There is no object here."),
        (break_feature("districts.geojson", geometry={"type": "Polygon"}), "features[0]: Its geometry cannot be read"),
        (break_feature("districts.geojson", geometry={"type": "Blob", "coordinates": []}), "cannot be read"),
        (break_feature("streets.geojson", geometry={"type": "Point", "coordinates": [1, 2]}), "A street is a line."),
        (break_properties("districts.geojson", parent="x"), "districts.geojson: 1 lies in the city x, which is not"),
        (break_properties("districts.geojson", code=1), "features[0], properties: “code” must be a text."),
        (break_properties("districts.geojson", level="zone"), "districts.geojson: 1 is of level zone, not district."),
        (lambda files: files.update({"streets.geojson": {}}), "streets.geojson: It is no GeoJSON FeatureCollection."),
    ],
)
def test_a_fault_in_a_file_is_named_and_nothing_is_loaded(reload, files, spoil, sentence):
    spoil(files)
    with pytest.raises(CommandError) as refused:
        reload()
    assert sentence in str(refused.value)
    assert not any(everything().values())


def test_changed_shapes_need_a_later_first_day(reload, files):
    reload()
    files["districts.geojson"]["features"].pop()
    with pytest.raises(CommandError, match=r"districts\.geojson: Other shapes hold from 2024-01-01 on: new ones must"):
        reload()


@pytest.mark.parametrize(("content", "sentence"), [("{", "is no JSON"), ("[]", "There is no object here.")])
@pytest.mark.django_db
def test_a_manifest_that_is_no_json_object_is_refused(tmp_path, content, sentence):
    path = tmp_path / "town.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=f"town.json.*{sentence}"):
        load(path)
