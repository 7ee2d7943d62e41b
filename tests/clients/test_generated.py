"""A client made by a generator from nothing but the API's own description, calling a real server."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.shapes import lonlat
from tests.staff import file_report

# Nobody reads what it has made, so that it need not be formatted; a vector tile is bytes.
CONFIG = """
post_hooks: []
content_type_overrides:
  application/vnd.mapbox-vector-tile: application/octet-stream
  application/pdf: application/octet-stream
  application/offset+octet-stream: application/octet-stream
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def generated(tmp_path: Path, monkeypatch, live_server):
    """The package that the generator makes, ready to import as `city_eye_client`."""
    schema = tmp_path / "schema.yaml"
    schema.write_bytes(urlopen(f"{live_server.url}/api/schema").read())
    command = [Path(sys.executable).parent / "openapi-python-client", "generate", "--meta", "none"]
    (tmp_path / "config.yaml").write_text(CONFIG)
    more = ["--path", schema, "--output-path", tmp_path / "city_eye_client", "--config", tmp_path / "config.yaml"]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=True)
    assert "Warning" not in done.stdout + done.stderr, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: import_module(f"city_eye_client.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "city_eye_client"]:
        del sys.modules[name]


def test_a_generated_client_compiles_and_reads_what_was_filed(generated, small_city, live_server):
    report = file_report(small_city.pothole, x=500, y=200)
    package = Path(generated("client").__file__).parent
    subprocess.run([sys.executable, "-m", "compileall", "-q", package], check=True)
    with generated("client").Client(base_url=live_server.url, raise_on_unexpected_status=True) as client:
        page = generated("api.v1.list_reports").sync(client=client)
        assert [each.id for each in page.features] == [report.reference]
        assert page.features[0].properties.category == "pothole"
        lon, lat = lonlat(500, 200)
        route = generated("api.v1.find_route").sync(client=client, lon=lon, lat=lat, category="pothole")
        assert route.properties.department.code == small_city.west_works.code
        read = generated("api.v1.read_report").sync(client=client, reference=report.reference)
        assert read.properties.reference == report.reference
