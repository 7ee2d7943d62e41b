"""The settings in force: those of the database, read once for each version of them; the shipped ones where none are."""

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

from django.db import connection
from django.db.models import Model, QuerySet

from jurisdictions.models import Category
from reports.duplicates.lexicon import WordGroup
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.shipped import LIMITS, profile_of, shipped_settings
from reports.models import CategoryKinship, DuplicateProfile, SynonymGroup
from reports.models.duplicate_settings import WEIGHT_SIGNS

# Sums do not depend on the order of rows; every column that a score may depend on is in them. Of words, which are many,
# it is by which transaction and command each row was written.
_VERSION: Final = """
SELECT (SELECT sum(hashtextextended(row(profile.*)::text, 1)) FROM reports_duplicateprofile AS profile),
       (SELECT sum(hashtextextended(row(kin.*)::text, 2)) FROM reports_categorykinship AS kin),
       (SELECT concat_ws(' ', count(*), sum(id), sum(xmin::text::bigint), sum(cmin::text::bigint))
        FROM reports_synonymgroup),
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


def edited_settings(row: Model) -> Settings:
    """The settings as they would be with this row (of a profile, a kinship or a group of words) stored as it is."""
    return _stored_settings("edited", row)


def _stored_settings(version: str, edited: Model | None = None) -> Settings:
    rows = _with(DuplicateProfile.objects.select_related("category"), edited)
    general = next((row for row in rows if row.category is None), None)
    names = {code: (fa, en) for code, fa, en in Category.objects.values_list("code", "name_fa", "name_en")}
    if general is None:
        shipped = shipped_settings()
        return shipped.with_(names={**shipped.names, **names})
    default = stored_profile(general, dict.fromkeys(WEIGHT_SIGNS, 0.0))
    kin = _with(CategoryKinship.objects.select_related("one", "other"), edited)
    words = _with(SynonymGroup.objects.order_by("pk"), edited)
    return Settings(
        default=default,
        profiles={row.category.code: stored_profile(row, default.weights) for row in rows if row.category},
        kinship={frozenset((row.one.code, row.other.code)): row.kinship for row in kin},
        words=[WordGroup(kind=row.kind, words=tuple(row.words), axis=row.axis) for row in words],
        meanings=shipped_settings().meanings,
        names=names,
        also=shipped_settings().also,
        version=version,
    )


def _with(rows: QuerySet[Any], edited: Model | None) -> list[Any]:
    """The rows, the edited one in its place, or at the end where it is new."""
    if not isinstance(edited, rows.model):
        return list(rows)
    found = [edited if row.pk == edited.pk else row for row in rows]
    return found if edited.pk else [*found, edited]


def stored_profile(row: DuplicateProfile, weights: Mapping[str, float]) -> Profile:
    """The profile of a row; weights that it does not name are those given."""
    return profile_of({name: getattr(row, name) for name in (*LIMITS, "weights")}, weights)
