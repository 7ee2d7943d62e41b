"""django-vectortiles giving what our tiles of single points give, written as its own documents would have it."""

from django.db.models import F
from vectortiles import VectorLayer  # type: ignore[import-not-found]  # installed by the bench, beside our packages
from vectortiles.views import MVTView  # type: ignore[import-not-found]

from reports.models import Report


class ReportLayer(VectorLayer):  # type: ignore[misc]  # it has no types
    """The properties of our tiles; `category` is a field of the model, so that its code has another name."""

    queryset = Report.objects.filter(is_public=True).annotate(category_code=F("category__code"))
    id = "reports"
    geom_field = "public_location"
    tile_fields = ("reference", "category_code", "status")


class ReportTile(MVTView):  # type: ignore[misc]  # it has no types
    """A tile of one layer."""

    layer_classes = [ReportLayer]
