"""Questions for tiles: what they may be filtered by, and what is refused."""

QUERIES = ["", "?category=street-light", "?status=received", "?category=pothole&status=received,resolved"]
QUERIES += [
    "?within=district:1",
    "?within=district:1&district=2",
    "?district=1",
    "?from=2026-03-21T00:00:00Z&zone=1-1",
    "?to=2020-01-01",
    "?q=چاله",
]

REFUSED = {
    "reports/25/0/0.mvt": "unknown_tile",
    "reports/31/0/0.mvt": "unknown_tile",
    "reports/-1/0/0.mvt": "unknown_tile",
    "reports/14/16384/0.mvt": "unknown_tile",
    "reports/14/0/99999999999999999999.mvt": "unknown_tile",
    "reports/a/b/c.mvt": "unknown_tile",
    "reports/%00/0/0.mvt": "unknown_tile",
    "reports/1.5/0/0.mvt": "unknown_tile",
    "streets/0/0/0.mvt": "unknown_layer",
    "reports,reports/0/0/0.mvt": "unknown_layer",
    "district,districts/0/0/0.mvt": "unknown_layer",
    "reports,/0/0/0.mvt": "unknown_layer",
    f"{','.join(f'layer{n}' for n in range(50))}/0/0/0.mvt": "unknown_layer",
    "%00/0/0/0.mvt": "unknown_layer",
    "moon.json": "unknown_layer",
    "reports/0/0/0.mvt?colour=red": "unknown_parameter",
    "reports/0/0/0.mvt?status=received&status=resolved": "repeated_parameter",
    "reports/0/0/0.mvt?category=moon": "unknown_category",
    "reports/0/0/0.mvt?version=1": "unknown_parameter",
    "districts/0/0/0.mvt?status=received": "unknown_parameter",
    "reports.json?status=done": "unknown_status",
    "reports/0/0/0.pbf": "not_found",
}
