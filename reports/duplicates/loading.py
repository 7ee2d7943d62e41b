"""Put settings of duplicates into the database: profiles and kinships by their categories, words where none are."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from jurisdictions.models import Category
from reports.duplicates.lexicon import WordGroup
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.shipped import LIMITS
from reports.models import CategoryKinship, DuplicateProfile, SynonymGroup


@dataclass(slots=True)
class Loaded:
    """How many of each were written, and the categories that the city does not have."""

    profiles: int = 0
    kinships: int = 0
    words: int = 0
    unknown: set[str] = field(default_factory=set)


@transaction.atomic
def load_settings(settings: Settings, *, replace_words: bool = False) -> Loaded:
    """Make the database's settings those given; profiles and kinships that they do not name stay.

    Words that the staff may have edited stay as well, unless `replace_words`.
    """
    loaded = Loaded()
    categories = dict(Category.objects.values_list("code", "pk"))
    _put_profile(None, settings.default)
    loaded.profiles += 1
    for code, profile in settings.profiles.items():
        if code not in categories:
            loaded.unknown.add(code)
            continue
        own = {name: weight for name, weight in profile.weights.items() if weight != settings.default.weights[name]}
        _put_profile(categories[code], profile, weights=own)
        loaded.profiles += 1
    _put_kinships(settings, categories, loaded)
    _put_words(settings.words, loaded, replace=replace_words)
    return loaded


def _put_profile(category: int | None, profile: Profile, weights: dict[str, float] | None = None) -> None:
    limits = {name: getattr(profile, name) for name in LIMITS}
    values = limits | {"weights": dict(profile.weights) if weights is None else weights}
    DuplicateProfile.objects.update_or_create(category_id=category, defaults=values)


def _put_kinships(settings: Settings, categories: dict[str, int], loaded: Loaded) -> None:
    for pair, kinship in settings.kinships.items():
        missing = pair - categories.keys()
        if missing:
            loaded.unknown |= missing
            continue
        one, other = sorted(categories[code] for code in pair)
        CategoryKinship.objects.update_or_create(one_id=one, other_id=other, defaults={"kinship": kinship})
        loaded.kinships += 1


def _put_words(groups: Iterable[WordGroup], loaded: Loaded, *, replace: bool) -> None:
    if replace:
        SynonymGroup.objects.all().delete()
    elif SynonymGroup.objects.exists():
        return
    made = SynonymGroup.objects.bulk_create(
        SynonymGroup(kind=group.kind, axis=group.axis, words=list(group.words)) for group in groups
    )
    loaded.words = len(made)
