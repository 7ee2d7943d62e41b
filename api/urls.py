"""The API, its description and its documentation."""

from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from api.health import healthz
from api.schema_view import SchemaView

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include(("api.v1.urls", "v1"))),
    path("api/schema", SchemaView.as_view(), name="schema"),
    path(
        "api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"), name="docs"
    ),
]
