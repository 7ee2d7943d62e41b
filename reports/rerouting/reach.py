"""Which reports a change can move at all: the others need not be asked about."""

from collections.abc import Sequence
from datetime import timedelta
from math import cos, radians

from django.conf import settings
from django.contrib.gis.db.models import Extent
from django.db.models import Exists, Func, OuterRef, Q, QuerySet
from django.db.models.fields import BinaryField

from jurisdictions.models import Boundary, BoundarySet, RoutingRule
from jurisdictions.routing_statement import METRES_PER_DEGREE
from reports.models import Report, Rerouting
from reports.models.report import ReportQuerySet


def within_reach(rerouting: Rerouting) -> ReportQuerySet:
    """The reports that the rerouting concerns by city, status and category; where on the ground is not asked yet."""
    reports = Report.objects.all() if rerouting.include_closed else Report.objects.open()
    ours = Q(root=rerouting.root_id)
    if rerouting.boundary_set_id:
        ours |= Q(department__isnull=True)  # new ground may reach one that waits outside, nearer to another city
    reports = reports.filter(ours)
    return reports.filter(_kinds(rerouting.rule)) if rerouting.rule else reports


def _kinds(rule: RoutingRule) -> Q:
    if rule.category_id:
        return Q(category=rule.category_id)
    return Q(category__group=rule.group_id) if rule.group_id else Q()


def on_changed_ground(boundary_set: BoundarySet) -> Q:
    """Reports in, or within the tolerance of, a shape that the set brings, alters or ends, at either of their places.

    Whole shapes, not what they gain and lose: an altered shape has another size, and the smaller decides where two
    lie over one another. A point beyond all of them meets the same shapes as before.
    """
    shapes = Boundary.objects.filter(pk__in=changed_boundaries(boundary_set))
    reach = _degrees(shapes.aggregate(box=Extent("shape"))["box"])
    return Q(Exists(shapes.filter(shape__dwithin=(OuterRef("location"), reach)))) | Q(
        Exists(shapes.filter(shape__dwithin=(OuterRef("public_location"), reach)))
    )


def changed_boundaries(boundary_set: BoundarySet) -> list[int]:
    """The keys of the set's boundaries, and of those held before it, that are not in both with the same shape."""
    day_before = boundary_set.first_day - timedelta(days=1)
    held = Boundary.objects.in_force(on=day_before).filter(
        boundary_set__root=boundary_set.root_id, boundary_set__level=boundary_set.level_id
    )
    before, after = _shapes(held), _shapes(Boundary.objects.filter(boundary_set=boundary_set))
    changed = before.keys() ^ after.keys()
    return [row for shapes in (before, after) for key, row in shapes.items() if key in changed]


def _shapes(boundaries: QuerySet[Boundary]) -> dict[tuple[int, bytes], int]:
    """The boundaries' keys, by jurisdiction and a digest of the shape."""
    digest = Func(
        Func("shape", function="ST_AsBinary", output_field=BinaryField()), function="sha256", output_field=BinaryField()
    )
    rows = boundaries.annotate(digest=digest).values_list("jurisdiction_id", "digest", "pk")
    return {(jurisdiction, bytes(shape)): key for jurisdiction, shape, key in rows}


def _degrees(box: Sequence[float] | None) -> float:
    """The tolerance in degrees, erring on the large side: at the latitude where a degree of longitude is shortest."""
    furthest = min(max(abs(box[1]), abs(box[3])) + 1, 89.9) if box else 0.0
    return float((settings.NEAREST_WITHIN_M + 1) / (METRES_PER_DEGREE * cos(radians(furthest))))
