"""The addresses of what City Eye is measured against; those of bare views end in the address that ours has."""

from importlib.util import find_spec

from django.urls import URLPattern, path

from bench import bare, peers

urlpatterns: list[URLPattern] = [
    path("null", bare.null),
    path("bare/rows/<path:address>", bare.rows),
    path("bare/page/<path:address>", bare.page),
    path("bare/packed/<path:address>", bare.packed),
    path("bare/taken", bare.taken),
    path("bare/flushed", bare.flushed),
    path("drf-gis/api/v1/reports", peers.ReportList.as_view()),
]
if find_spec("vectortiles"):  # where the bench has put it in the way
    from bench.vectortiles_peer import ReportTile

    urlpatterns.append(path("vectortiles/<int:z>/<int:x>/<int:y>", ReportTile.as_view()))
