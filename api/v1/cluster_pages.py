"""What is told of a problem with several reports: its reports, links with reasons, and what was decided."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count

from people.access import Right, Viewer
from reports.duplicates import people_waiting, reasons
from reports.models import DuplicateAct, DuplicateLink, Report
from reports.models.report import ReportQuerySet

MOST_LINKS = 500


def cluster_page(report: Report | None, viewer: Viewer) -> dict[str, Any] | None:
    """The problem that a report is part of, as the viewer may know it; None where that is less than two reports.

    The public knows neither private reports nor those whose place is coarse: what they are duplicates of says more.
    """
    if report is None or report.duplicate_cluster is None:
        return None
    cluster = report.duplicate_cluster
    mates = Report.objects.filter(duplicate_cluster=cluster)
    mine = mates.in_charge_of(viewer)
    own = set(mine.values_list("pk", flat=True))
    seen = list((mates.publicly_clustered() | mine).select_related("category").order_by("received_at", "pk"))
    if len(seen) < 2 or report.pk not in {each.pk for each in seen}:
        return None
    root = next((each for each in seen if each.pk == cluster.root_report_id), None)
    page = {
        "root": root.reference if root else None,
        "count": len(seen),
        "people_waiting": people_waiting([report], for_staff=bool(own))[report.pk],
        "first_report_at": seen[0].received_at.isoformat(),
        "last_report_at": seen[-1].received_at.isoformat(),
        "categories": sorted({each.category.code for each in seen}),
        "members": [_member(each, insider=each.pk in own, root=root) for each in seen],
    }
    if own:
        page["links"] = _links(DuplicateLink.objects.filter(first__in=own, second__in=own))
        page["acts"] = [act_of(each, viewer) for each in acts_about(mine)]
    return page


def acts_about(reports: ReportQuerySet) -> list[DuplicateAct]:
    """What was decided about these reports, the latest first."""
    acts = DuplicateAct.objects.filter(reports__in=reports).distinct().select_related("by", "undone_by")
    return list(acts.prefetch_related("reports").order_by("-pk")[:MOST_LINKS])


def _member(report: Report, *, insider: bool, root: Report | None) -> dict[str, Any]:
    place = report.location if insider else report.public_location
    return {
        "reference": report.reference,
        "is_root": root is not None and report.pk == root.pk,
        "category": report.category.code,
        "status": report.status,
        "received_at": report.received_at.isoformat(),
        "coordinates": [round(place.x, 7), round(place.y, 7)],
        "text": report.description if insider else report.public_text,
    }


def _links(rows: Any) -> list[dict[str, Any]]:
    links = rows.select_related("first", "second", "decided_by").order_by("-score", "pk")[:MOST_LINKS]
    return [_link(each, [each.first.reference, each.second.reference]) for each in links]


def _link(link: DuplicateLink, references: Collection[str]) -> dict[str, Any]:
    return {
        "reports": list(references),
        "score": link.score,
        "kind": link.kind,
        "state": link.state,
        "features": link.features,
        "reasons_fa": _reasons(link, "fa"),
        "reasons_en": _reasons(link, "en"),
        "act": link.act_id,
        "decided_by": link.decided_by.called if link.decided_by else None,
        "decided_at": link.decided_at.isoformat() if link.decided_at else None,
    }


def _reasons(link: DuplicateLink, language: str) -> list[str]:
    return reasons(link.features, language=language) if link.features else []


def links_page(report: Report, viewer: Viewer) -> dict[str, Any]:
    """A report's links to those in the viewer's charge, the likeliest first."""
    mine = Report.objects.in_charge_of(viewer, Right.SEE_REPORTS)
    links = DuplicateLink.objects.touching([report.pk]).filter(first__in=mine, second__in=mine)
    return {"reference": report.reference, "duplicates": _links(links)}


def act_of(act: DuplicateAct, viewer: Viewer) -> dict[str, Any]:
    """An act, with the problems that its reports are part of now."""
    named = list(act.reports.all())
    mine = set(
        Report.objects.in_charge_of(viewer).filter(pk__in=[each.pk for each in named]).values_list("pk", flat=True)
    )
    undone = DuplicateAct.objects.filter(undoes=act).values_list("pk", flat=True).first()
    return {
        "act": act.pk,
        "kind": act.kind,
        "reports": sorted(each.reference for each in named if each.pk in mine),
        "at": act.at.isoformat(),
        "by": act.by.called if act.by else None,
        "note": act.note,
        "undone_by": undone,
        "clusters": _clusters(mine),
    }


def _clusters(reports: Iterable[int]) -> list[dict[str, Any]]:
    """The root and the size of each problem that these reports are part of."""
    rows = Report.objects.filter(pk__in=reports, duplicate_cluster__isnull=False)
    clusters = {
        row.duplicate_cluster_id: row.duplicate_cluster for row in rows.select_related("duplicate_cluster__root_report")
    }
    members = Report.objects.filter(duplicate_cluster__in=clusters).order_by()
    counts = dict(members.values_list("duplicate_cluster").annotate(Count("pk")))
    return [{"root": each.root_report.reference, "count": counts[key]} for key, each in clusters.items() if each]
