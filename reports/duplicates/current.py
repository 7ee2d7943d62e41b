"""The settings in force: those of the database, read once for each version of them; the shipped ones where none are."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final

from django.db import connection

from jurisdictions.models import Category
from reports.duplicates.lexicon import WordGroup
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.shipped import LIMITS, profile_of, shipped_settings
from reports.models import CategoryKinship, DuplicateProfile, SynonymGroup
from reports.models.duplicate_settings import WEIGHT_SIGNS

# Sums do not depend on the order of rows; every column that a score may depend on is in them.
_VERSION: Final = """
SELECT (SELECT sum(hashtextextended(row(profile.*)::text, 1)) FROM reports_duplicateprofile AS profile),
       (SELECT sum(hashtextextended(row(kin.*)::text, 2)) FROM reports_categorykinship AS kin),
       (SELECT sum(hashtextextended(row(words.*)::text, 3)) FROM reports_synonymgroup AS words),
       (SELECT sum(hashtextextended(concat_ws(' ', id, code, name_fa, name_en), 4)) FROM jurisdictions_category)
"""
_lock = Lock()
_remembered: dict[str, Settings] = {}


def current_settings() -> Settings:
    """The settings as they are now: an edit shows at once in every process. One query, a few more after an edit."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        version = " ".join(map(str, cursor.fetchone()))
    with _lock:
        found = _remembered.get(version)
    if found is None:
        found = _stored_settings(version)
        with _lock:
            _remembered.clear()
            _remembered[version] = found
    return found


def _stored_settings(version: str) -> Settings:
    rows = list(DuplicateProfile.objects.select_related("category"))
    general = next((row for row in rows if row.category is None), None)
    names = {code: (fa, en) for code, fa, en in Category.objects.values_list("code", "name_fa", "name_en")}
    if general is None:
        shipped = shipped_settings()
        return shipped.with_(names={**shipped.names, **names})
    default = stored_profile(general, dict.fromkeys(WEIGHT_SIGNS, 0.0))
    return Settings(
        default=default,
        profiles={row.category.code: stored_profile(row, default.weights) for row in rows if row.category},
        kinship={frozenset((one, other)): value for one, other, value in _kinships()},
        words=_words(SynonymGroup.objects.order_by("pk")),
        names=names,
        version=version,
    )


def stored_profile(row: DuplicateProfile, weights: Mapping[str, float]) -> Profile:
    """The profile of a row; weights that it does not name are those given."""
    return profile_of({name: getattr(row, name) for name in (*LIMITS, "weights")}, weights)


def _kinships() -> Iterable[tuple[str, str, float]]:
    return CategoryKinship.objects.values_list("one__code", "other__code", "kinship")


def _words(rows: Iterable[SynonymGroup]) -> list[WordGroup]:
    return [WordGroup(kind=row.kind, words=tuple(row.words), axis=row.axis) for row in rows]
