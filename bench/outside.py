"""Peers with servers of their own, over a view of the very rows and properties that our list has."""

import json
import os
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from subprocess import CalledProcessError, run
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.db import connection
from psycopg2 import sql

from bench.database import ROOT
from bench.installing import FOLDER, NotInstallable, install
from bench.servers import NotServing, Server, free_port, started
from jurisdictions.catalog import read_catalog

TIPG, PYGEOAPI, VECTORTILES, SUPERCLUSTER = "TiPg", "pygeoapi", "django-vectortiles", "supercluster"
PACKAGES: Final = {TIPG: "tipg", PYGEOAPI: "pygeoapi", VECTORTILES: "vectortiles", SUPERCLUSTER: "supercluster"}
SCHEMA, TABLE = "bench_peers", "reports"
COLLECTION: Final = f"{SCHEMA}.{TABLE}"
_NAME: Final = {"en": "City Eye"}
_CALLED: Final = {"title": _NAME, "description": _NAME, "keywords": {"en": ["reports"]}}

_VIEW: Final = """
DROP SCHEMA IF EXISTS {schema} CASCADE;
CREATE SCHEMA {schema};
CREATE VIEW {schema}.{table} AS
SELECT report.reference, category.code AS category, report.status, report.received_at, report.reported_at,
       report.public_text AS text, CASE WHEN category.place_precision_m = 0 THEN department.code END AS department_code,
       parent.reference IS NOT NULL AS duplicate, parent.reference AS parent, {levels}, report.public_location AS geom
FROM reports_report AS report
JOIN jurisdictions_category AS category ON category.id = report.category_id
LEFT JOIN jurisdictions_department AS department ON department.id = report.department_id
LEFT JOIN LATERAL (
    SELECT root.reference FROM reports_duplicatecluster AS problem
    JOIN reports_report AS root ON root.id = problem.root_report_id
    JOIN jurisdictions_category AS kind ON kind.id = root.category_id
    WHERE problem.id = report.duplicate_cluster_id AND category.place_precision_m = 0
      AND root.id <> report.id AND root.is_public AND kind.place_precision_m = 0
) AS parent ON true
WHERE report.is_public
"""


def installed(names: Collection[str]) -> dict[str, str]:
    """Why those of the peers that are not here are not."""
    missing = {}
    for name in names:
        try:
            install(PACKAGES[name])
        except NotInstallable as error:
            missing[name] = str(error)
    return missing


def make_view() -> None:
    """The rows of our list as a table that anybody can publish: flat properties, one point."""
    levels = [
        sql.SQL("report.public_jurisdictions ->> {} AS {}").format(sql.Literal(level), sql.Identifier(f"{level}_code"))
        for level in read_catalog().levels
    ]
    names = {"schema": sql.Identifier(SCHEMA), "table": sql.Identifier(TABLE)}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_VIEW).format(levels=sql.SQL(", ").join(levels), **names).as_string(cursor.cursor))


def serve(stack: ExitStack, names: Collection[str], missing: dict[str, str]) -> dict[str, Server]:
    """Servers of those of the peers that have one, until the stack ends; who does not start is `missing`."""
    found: dict[str, Server] = {}
    makers = {TIPG: _tipg, PYGEOAPI: _pygeoapi}
    for name in (each for each in makers if each in names and each not in missing):
        try:
            found[name] = makers[name](stack)
        except (NotServing, CalledProcessError) as error:
            missing[name] = f"not measured, as it does not start: {error}"
    return found


def _tipg(stack: ExitStack) -> Server:
    environment = {
        "BENCH_DATABASE_URL": os.environ["DATABASE_URL"],
        "DATABASE_URL": "postgresql://nobody@localhost/nothing",
        "TIPG_DB_SCHEMAS": json.dumps([SCHEMA]),
        "TIPG_DB_TABLES": json.dumps([COLLECTION]),
        "TIPG_DB_FUNCTIONS": json.dumps([]),
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
        "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        f"TIPG_TABLE_CONFIG__{SCHEMA}_{TABLE}__PK": "reference",
    }
    return _granian(stack, "tipg", ["--interface", "asgi"], "uncounted_tipg", "/healthz", environment)


def _pygeoapi(stack: ExitStack) -> Server:
    folder = FOLDER / "pygeoapi"
    config, description = folder / "config.json", folder / "openapi.json"
    config.write_text(json.dumps(_config(os.environ["DATABASE_URL"])))
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(description)}
    words = [str(folder / "bin" / "pygeoapi"), "openapi", "generate", str(config)]
    words += ["--output-file", str(description), "--format", "json"]
    run(words, env=os.environ | environment, capture_output=True, timeout=60, check=True)
    options = ["--interface", "wsgi", "--blocking-threads", "8"]
    return _granian(stack, "pygeoapi", options, "uncounted_pygeoapi", "/conformance", environment)


def _granian(
    stack: ExitStack, name: str, options: list[str], app: str, probe: str, environment: Mapping[str, str]
) -> Server:
    """Two workers, as everybody has them."""
    port = free_port()
    words = [str(FOLDER / name / "bin" / "granian"), *options, "--host", "127.0.0.1", "--port", str(port)]
    words += ["--workers", "2", "--log-level", "warning", f"bench.apps.{app}:app"]
    return stack.enter_context(
        started(name, words, port=port, probe=probe, environment={**environment, "PYTHONPATH": str(ROOT)})
    )


def _config(url: str) -> dict[str, Any]:
    """What pygeoapi serves, in its own words."""
    return {
        "server": {
            "bind": {"host": "127.0.0.1", "port": 5000},
            "url": "http://127.0.0.1:5000",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "language": "en-US",
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": "https://tile.example/{z}/{x}/{y}.png", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                **_CALLED,
                "keywords_type": "theme",
                "terms_of_service": "none",
                "url": "https://city.example",
            },
            "license": {"name": "none", "url": "https://city.example"},
            "provider": {"name": "City Eye", "url": "https://city.example"},
            "contact": {"name": "City Eye"},
        },
        "resources": {"reports": _resource(url)},
    }


def _resource(url: str) -> dict[str, Any]:
    """The view, in the database of that address."""
    parts = urlsplit(url)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    provider = {
        "type": "feature",
        "name": "PostgreSQL",
        "data": {
            "host": query.get("host", parts.hostname),
            "port": query.get("port", parts.port or 5432),
            "dbname": parts.path.lstrip("/"),
            "user": parts.username,
            "password": parts.password,
            "search_path": [SCHEMA, "public"],
        },
        "options": {"options": "-c max_parallel_workers_per_gather=0 -c jit=off"},
        "id_field": "reference",
        "table": TABLE,
        "geom_field": "geom",
    }
    return {
        "type": "collection",
        **_CALLED,
        "links": [],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "providers": [provider],
    }
