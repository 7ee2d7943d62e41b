"""Import a set of boundaries, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geo.repairing import clipped, mended
from geo.shapes import Key
from jurisdictions.boundaries import NewBoundary, one_load_at_a_time
from jurisdictions.importing.cities import find_city, find_or_make_level, make_city, refuse_elsewhere
from jurisdictions.importing.features import Feature, read_features
from jurisdictions.importing.judging import judged, judged_repairs
from jurisdictions.importing.order import CannotImport, Order, Say
from jurisdictions.importing.parents import parents_at, parents_on, with_parents
from jurisdictions.importing.places import Place, places_of, repaired
from jurisdictions.importing.report import ImportReport, Outcome, Verdict
from jurisdictions.importing.storing import store
from jurisdictions.models import Jurisdiction, Level


@transaction.atomic
def import_boundaries(order: Order, *, at: datetime, say: Say, by: AbstractBaseUser | None = None) -> ImportReport:
    """Put the shapes of a file in force as the order says, and tell what was found and what changes.

    `say` is told each step as it begins. A dry run does all of it and takes it back. Raises CannotImport, with the
    report where faults of the shapes are the reason; nothing is stored then.
    """
    report = ImportReport(
        file=order.file.path.name,
        city=order.city,
        level=order.level,
        first_day=order.first_day,
        source=order.source,
        tolerance_m=order.limits.tolerance_m,
    )
    say(f"Reading {report.file}")
    features = read_features(order, report)
    one_load_at_a_time()
    root = _city(order, features, report)
    level = _level(order, root, report)
    say(f"Comparing {len(features)} shapes with each other and with their parents")
    try:
        shapes = _sound_shapes(order, root, level, features, report)
        say("Storing")
        store(order, root, level, shapes, report, at=at, by=by)
    except GEOSException as error:
        detail = _("The shapes cannot be compared (%(error)s): have them cleaned in a desktop GIS.")
        raise CannotImport(detail % {"error": error}) from error
    if order.dry_run:
        report.outcome = Outcome.DRY_RUN
        transaction.set_rollback(True)
    return report


def _city(order: Order, features: Sequence[Feature], report: ImportReport) -> Jurisdiction:
    root = find_city(order)
    geometries = [feature.geometry for feature in features]
    if root is not None:
        refuse_elsewhere(root, geometries)
        return root
    root = make_city(order, geometries)
    report.notes.append(
        f"New city {root.code}: {root.time_zone}, metres by EPSG:{root.metric_srid}, languages "
        f"{', '.join(root.languages)}."
    )
    return root


def _level(order: Order, root: Jurisdiction, report: ImportReport) -> Level:
    level, is_new = find_or_make_level(order, root)
    if is_new:
        gaps = "closes gaps" if level.closes_gaps else "does not close gaps"
        report.notes.append(f"New level {level.code}: rank {level.rank}, {gaps}.")
    return level


def _sound_shapes(
    order: Order, root: Jurisdiction, level: Level, features: Sequence[Feature], report: ImportReport
) -> list[NewBoundary]:
    """The shapes with what is narrow enough mended. Raises CannotImport where a fault stops the import."""
    srid = root.metric_srid or 0
    parents = parents_on(root, order.parents, on=order.first_day)
    places, broken = repaired(places_of(order, features, root), srid=srid)
    places = with_parents(places, order.parents, parents)
    report.notes += _orphans(order, root, places)
    report.faults += judged_repairs(broken, order.limits)
    ground = _ground_of_city(order, root, level) | {key: each.ground[key] for each in parents for key in each.ground}
    shapes = [place.boundary for place in places]
    report.faults += judged(shapes, parents=ground, closes_gaps=level.closes_gaps, limits=order.limits, srid=srid)
    _refuse_wide_faults(report)
    mendable = [each.fault for each in report.of_verdict(Verdict.MENDED)]
    shapes = clipped(shapes, mendable, ground)
    shapes = mended(shapes, mendable, srid=srid)
    report.jurisdictions = len(shapes)
    return shapes


def _ground_of_city(order: Order, root: Jurisdiction, level: Level) -> dict[Key, BaseGeometry]:
    """The city's own ground, unless it is what the import sets."""
    is_set = order.with_city or level == root.level
    return {} if is_set else dict(parents_at(root, root.level.code, on=order.first_day).ground)


def _orphans(order: Order, root: Jurisdiction, places: Sequence[Place]) -> list[str]:
    levels = [parent.level for parent in order.parents]
    if not levels or root.level.code in levels:
        return []
    codes = [place.boundary.code for place in places if place.boundary.parent == (root.level.code, root.code)]
    listed = ", ".join(codes[:5]) + (" …" if len(codes) > 5 else "")
    return [f"{len(codes)} lie in no {' or '.join(levels)}, but right in the city: {listed}."] if codes else []


def _refuse_wide_faults(report: ImportReport) -> None:
    stopping = report.of_verdict(Verdict.STOPS)
    if not stopping:
        return
    widest = stopping[0].fault
    kinds = sorted({str(each.fault.kind) for each in stopping})
    detail = ngettext(
        "A fault is wider than %(tolerance)g m (%(kinds)s; the widest %(width)s m at %(where)s): correct the file, "
        "raise --tolerance, or --accept what is meant.",
        "%(count)d faults are wider than %(tolerance)g m (%(kinds)s; the widest %(width)s m at %(where)s): correct the "
        "file, raise --tolerance, or --accept what is meant.",
        len(stopping),
    )
    values = {
        "count": len(stopping),
        "tolerance": report.tolerance_m,
        "kinds": ", ".join(kinds),
        "width": f"{widest.width_m:,.1f}",
        "where": ", ".join(widest.codes) or _("the edge"),
    }
    raise CannotImport(detail % values, report=report)
