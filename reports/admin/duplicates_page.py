"""What the page of a problem with several reports shows to one member of the staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import MultiPoint
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geo.widgets import MapLayer, feature_of, map_html
from jurisdictions.admin.ground import ground_around, streets_near
from people.access import Viewer
from persian.display import digits, in_persian, moment_text
from reports.duplicates import people_waiting, reasons
from reports.models import DuplicateAct, DuplicateCluster, DuplicateLink, Report, StatusUpdate

MOST = 200  # rows of each table


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """One report of the problem."""

    report: Report
    received: str
    is_root: bool


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """Why two of them are held to be one, or not."""

    link: DuplicateLink
    score: str
    reasons: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    at: str
    what: str
    by: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ClusterPage:
    """The page: texts ready to be read."""

    cluster: DuplicateCluster
    count: str
    people: str
    members: Sequence[MemberRow]
    links: Sequence[LinkRow]
    timeline: Sequence[Moment]
    place_map: SafeString


def page_of(cluster: DuplicateCluster, *, viewer: Viewer) -> ClusterPage:
    """The page of a problem in the active language: its reports as far as they are in the viewer's charge."""
    root = cluster.root_report
    zone = root.root.time_zone
    mates = Report.objects.filter(duplicate_cluster=cluster)
    mine = mates.in_charge_of(viewer).select_related("category", "department").order_by("received_at", "pk")
    members = list(mine[:MOST])
    return ClusterPage(
        cluster=cluster,
        count=digits(str(mates.count())),
        people=_waiting(people_waiting([root], for_staff=True)[root.pk]),
        members=[
            MemberRow(report=each, received=moment_text(each.received_at, time_zone=zone), is_root=each == root)
            for each in members
        ],
        links=_links(members),
        timeline=_timeline(members, zone),
        place_map=_map(root, members),
    )


def _waiting(people: int) -> str:
    text = ngettext("%(people)d person waits for it", "%(people)d people wait for it", people)
    return digits(text % {"people": people})


def _links(members: Sequence[Report]) -> list[LinkRow]:
    keys = [each.pk for each in members]
    links = DuplicateLink.objects.filter(first__in=keys, second__in=keys).select_related(
        "first", "second", "decided_by"
    )
    language = "fa" if in_persian() else "en"
    return [
        LinkRow(
            link=each,
            score=digits(f"{each.score:.2f}"),
            reasons=reasons(each.features, language=language) if each.features else [],
        )
        for each in links.order_by("-score", "pk")[:MOST]
    ]


def _timeline(members: Sequence[Report], zone: str) -> list[Moment]:
    """The steps of all the reports (those taken with the root once) and what was decided of them, the latest first."""
    steps = StatusUpdate.objects.filter(report__in=members, follows__isnull=True).select_related("by", "report")
    acts = DuplicateAct.objects.filter(reports__in=members).distinct().select_related("by")
    lines = [
        (each.at, f"{each.report.reference} · {each.get_status_display()}", each.by, each.note)
        for each in steps.order_by("-at", "-pk")[:MOST]
    ]
    lines += [(each.at, each.get_kind_display(), each.by, each.note) for each in acts.order_by("-pk")[:MOST]]
    return [
        Moment(
            at=moment_text(at, time_zone=zone),
            what=what,
            by=user.called if user else _("the system"),
            note=note,
        )
        for at, what, user, note in sorted(lines, key=lambda line: line[0], reverse=True)
    ]


def _map(root: Report, members: Sequence[Report]) -> SafeString:
    places = MultiPoint([each.location for each in members] or [root.location], srid=4326)
    layers = [
        ground_around(city_id=root.root_id, on=root.root.day_at(root.received_at)),
        streets_near(root.location),
        MapLayer(look="shade", data=feature_of(places.convex_hull)),
        *(MapLayer(look="subject", data=feature_of(each.location)) for each in members[:50]),
    ]
    return map_html(about=root.location, layers=layers, label=_("Map of the reports of this problem"))
