"""The PostGIS functions that GeoDjango lacks, a few lines each."""

from django.contrib.gis.db.models import GeometryField
from django.db.models import Func, TextField


class Geography(Func):
    """A geometry in WGS 84 as `geography`: distances, areas and limits on it are in metres."""

    template = "(%(expressions)s)::geography"
    output_field = GeometryField(srid=4326, geography=True)


class Plain(Func):
    """A geometry as the database has it, for a statement around this one: selected by itself it would come as bytes."""

    template = "%(expressions)s"
    output_field = TextField()
