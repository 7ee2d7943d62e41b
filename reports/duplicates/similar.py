"""What is known already of a problem that somebody is about to tell: the best earlier reports, as they may see them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.gis.geos import Point

from jurisdictions.models import Category
from people.access import Viewer
from persian.normalize import fold
from reports.duplicates.candidates import find_candidates, find_public_candidates
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of, public_facts_of
from reports.duplicates.people import people_waiting
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Settings
from reports.duplicates.signals import distance_m
from reports.models import Photo, Report

ASKED: Final = "asked"  # the key of the question's facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An earlier report, and why it may be the same problem.

    `insider` is whether the asker may see all of it; without that the score knows nothing but what is public, the
    public place above all. `reports` are those of its problem that the asker may know of, `waiting` the people who have
    told of it or joined, as the public counts them; `photo` names a public rendition.
    """

    report: Report
    score: Score
    insider: bool
    reports: int
    waiting: int
    photo: str | None


def find_similar(
    *,
    location: Point,
    category: Category,
    description: str,
    reported_at: datetime,
    viewer: Viewer,
    photo_hash: int | None = None,
    accuracy_m: float | None = None,
    address: str = "",
    limit: int = 5,
) -> list[Similar]:
    """The best earlier reports, what is open first, then what was closed lately; one of each problem.

    `location` is WGS 84, lon/lat. The number of queries does not depend on how many are found.
    """
    settings = current_settings()
    asked = Facts(
        key=ASKED,
        lon=location.x,
        lat=location.y,
        accuracy_m=accuracy_m,
        category=category.code,
        group=category.group.code,
        at=reported_at,
        closed_at=None,
        words=fold(description),
        address=fold(address),
        photos=() if photo_hash is None else (photo_hash,),
    )
    own = _own(asked, viewer, settings)
    public = _public(asked, settings, but=own)
    scores = {key: score(asked, facts, settings=settings) for key, facts in {**public, **own}.items()}
    return _best(_worth_showing(asked, {**public, **own}, scores, settings), own=own, viewer=viewer, limit=limit)


def _own(asked: Facts, viewer: Viewer, settings: Settings) -> dict[int, Facts]:
    """Those in the asker's charge, with all that is known of them."""
    if viewer.user is None:
        return {}
    near = find_candidates(facts=asked, settings=settings)
    return facts_of(Report.objects.in_charge_of(viewer).filter(pk__in=near).values_list("pk", flat=True))


def _public(asked: Facts, settings: Settings, *, but: Collection[int]) -> dict[int, Facts]:
    """What anybody may know of, and no more of it than anybody."""
    near = find_public_candidates(facts=asked, settings=settings)
    return public_facts_of(Report.objects.filter(is_public=True, pk__in=set(near) - set(but)))


def _worth_showing(
    asked: Facts, facts: Mapping[int, Facts], scores: Mapping[int, Score], settings: Settings
) -> dict[int, Score]:
    """From the score on from which such a pair is suggested; open ones first, then the likelier, then the nearer."""

    def enough(key: int) -> bool:
        return scores[key].value >= settings.pair(asked.category, facts[key].category).suggest_from

    def place(key: int) -> tuple[bool, float, float, int]:
        found = scores[key]
        return found.kind == "recurrence", -found.value, distance_m(asked, facts[key]), key

    return {key: scores[key] for key in sorted(filter(enough, facts), key=place)}


def _best(scores: Mapping[int, Score], *, own: Collection[int], viewer: Viewer, limit: int) -> list[Similar]:
    rows = Report.objects.select_related("category").in_bulk(list(scores))
    kept: dict[object, int] = {}
    for key in scores:
        kept.setdefault(rows[key].duplicate_cluster_id or f"alone {key}", key)
    chosen = [rows[key] for key in list(kept.values())[:limit]]
    problems = _problems(chosen)
    known, waiting, photos = _reports_of(problems, viewer), people_waiting(chosen), _photos_of(chosen)
    return [
        Similar(
            report=row,
            score=scores[row.pk],
            insider=row.pk in own,
            reports=known.get(row.pk, 1),
            waiting=waiting[row.pk],
            photo=photos.get(row.pk),
        )
        for row in chosen
    ]


def _problems(chosen: Iterable[Report]) -> dict[int, int]:
    """Each report of the problems that are shown, by the one that is shown for it; one query."""
    shown = {row.duplicate_cluster_id: row.pk for row in chosen if row.duplicate_cluster_id}
    members = Report.objects.filter(duplicate_cluster__in=shown).values_list("pk", "duplicate_cluster")
    problems = {key: shown[cluster] for key, cluster in members if cluster in shown}
    return problems | {row.pk: row.pk for row in chosen}


def _reports_of(problems: Mapping[int, int], viewer: Viewer) -> dict[int, int]:
    keys = Report.objects.visible_to(viewer).filter(pk__in=list(problems)).values_list("pk", flat=True)
    return _counted(problems[key] for key in keys)


def _photos_of(chosen: Iterable[Report]) -> dict[int, str]:
    """The first public photo of each."""
    shown = Photo.objects.public().filter(report__in=[row.pk for row in chosen])
    return dict(shown.order_by("report_id", "-number").values_list("report_id", "public_rendition"))


def _counted(keys: Iterable[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found
