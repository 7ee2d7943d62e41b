"""Feature files are read whole or refused in a sentence, and written the same way every time."""

import json
from pathlib import Path
from typing import Any

import pytest

from geo.files import Feature, UnreadableFile, read_features, write_features
from tests.shapes import square


def collection(*geometries: dict[str, Any] | None) -> str:
    rows = [{"type": "Feature", "properties": None, "geometry": geometry} for geometry in geometries]
    return json.dumps({"type": "FeatureCollection", "features": rows})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        "null",
        "{}",
        '{"features": 3}',
        '{"features": [null]}',
        '{"features": [{"properties": {}}]}',
        '{"elements": [{"type": "relation", "id": 1, "tags": {"a": "b"}}]}',
        collection(None),
        collection({"type": "Point"}),
        collection({"type": "Wedge", "coordinates": [0, 0]}),
        collection({"type": "Point", "coordinates": ["a", "b"]}),
        collection({"type": "Point", "coordinates": []}),
        collection({"type": "Point", "coordinates": [733465, 4020360]}),
        collection({"type": "Point", "coordinates": [float("nan"), 36]}),
        collection({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
    ],
)
def test_what_is_no_file_of_lonlat_shapes_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "districts.geojson"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=r"districts\.geojson"):
        read_features(path)


def test_a_file_without_features_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "districts.geojson"
    path.write_text(collection())
    with pytest.raises(UnreadableFile, match="no features"):
        read_features(path)


def test_a_missing_file_and_one_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read"):
        read_features(tmp_path / "missing.geojson")
    (tmp_path / "arabic.geojson").write_bytes("منطقه".encode("cp1256"))
    with pytest.raises(UnreadableFile, match=r"arabic\.geojson"):
        read_features(tmp_path / "arabic.geojson")


def test_heights_are_dropped_and_features_without_an_id_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    path.write_text(collection({"type": "Point", "coordinates": [59.6, 36.3, 985.0]}))
    (feature,) = read_features(path)
    assert (feature.id, feature.geometry.has_z) == (1, False)


def test_what_is_written_reads_back_one_feature_a_line(tmp_path: Path) -> None:
    path = tmp_path / "districts.geojson"
    features = [Feature(id=code, properties={"name_fa": "منطقه"}, geometry=square(0, 0)) for code in "12"]
    write_features(path, features, about={"license": "ODbL-1.0"})
    assert [feature.id for feature in read_features(path)] == ["1", "2"]
    assert read_features(path)[0].geometry.equals(square(0, 0))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert json.loads(lines[1].rstrip(","))["properties"] == {"name_fa": "منطقه"}
    assert "منطقه" in lines[1]
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["license"] == "ODbL-1.0"
    assert whole["bbox"] == list(square(0, 0).bounds)
