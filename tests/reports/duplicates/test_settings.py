"""Settings as data: loaded by a command, edited in the database, in force at once in every process."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from reports.duplicates.current import current_settings
from reports.duplicates.score import score
from reports.duplicates.shipped import shipped_settings
from reports.models import CategoryKinship, DuplicateProfile, SynonymGroup
from tests.factories import CategoryFactory
from tests.reports.duplicates.telling import facts


def load(*arguments) -> str:
    out = StringIO()
    call_command("load_duplicates", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def loaded(db) -> str:
    for code in ("pothole", "road-cut", "water-leak"):
        CategoryFactory(code=code)
    return load()


def test_without_anything_in_the_database_the_shipped_settings_hold(db):
    pair = facts("چاله جلوی بانک"), facts("گودال روبروی بانک", x=20)
    assert score(*pair, settings=current_settings()) == score(*pair, settings=shipped_settings())


def test_loaded_settings_score_as_the_shipped_ones(loaded):
    assert "profiles 2" in loaded
    assert "street-light" in loaded
    pairs = [
        (facts("چاله جلوی بانک"), facts("گودال روبروی بانک", x=20)),
        (facts("آب", category="water-leak"), facts("لوله ترکیده", x=50, category="water-leak")),
        (facts("چاله"), facts("کنده‌اند و رفته‌اند", x=9, category="road-cut")),
    ]
    for pair in pairs:
        assert score(*pair, settings=current_settings()).value == score(*pair, settings=shipped_settings()).value


def test_an_edit_is_in_force_with_the_next_question(loaded, django_assert_num_queries):
    pair = facts("چاله جلوی بانک"), facts("گودال روبروی بانک", x=90)
    before = score(*pair, settings=current_settings()).value
    with django_assert_num_queries(1):
        current_settings()
    DuplicateProfile.objects.filter(category=None).update(scale_m=60)
    assert score(*pair, settings=current_settings()).value > before
    assert current_settings().kinship("pothole", "road-cut") > 0
    CategoryKinship.objects.all().delete()
    assert current_settings().kinship("pothole", "road-cut") == 0
    SynonymGroup.objects.create(kind="synonym", words=["قلمبه", "برآمده"])
    read = current_settings().lexicon.read
    assert read("قلمبه").weights.keys() == read("برآمده").weights.keys()


def test_loading_again_changes_nothing_and_keeps_edited_words(loaded):
    SynonymGroup.objects.all().delete()
    SynonymGroup.objects.create(words=["قلمبه", "برآمده"])
    profiles = list(DuplicateProfile.objects.order_by("pk").values())
    assert "groups of words 0" in load()
    assert list(DuplicateProfile.objects.order_by("pk").values()) == profiles
    assert SynonymGroup.objects.count() == 1
    load("--replace-words")
    assert SynonymGroup.objects.count() > 100


@pytest.mark.parametrize(
    "weights",
    [["base"], {"distanse": -1}, {"distance": "far"}, {"distance": 1}, {"text": -2}, {"text": 21}, {"text": True}],
)
def test_weights_that_make_no_sense_are_refused(weights, tmp_path, db):
    with pytest.raises(ValidationError):
        DuplicateProfile(
            radius_m=50, window_days=9, scale_m=9, suggest_from=0.1, link_from=0.9, cap_m=90, weights=weights
        ).full_clean()
    file = tmp_path / "own.json"
    limits = {"radius_m": 50, "window_days": 9, "scale_m": 9, "suggest_from": 0.1, "link_from": 0.9, "cap_m": 90}
    file.write_text(json.dumps({"default": {**limits, "weights": weights}}))
    with pytest.raises(CommandError, match=r"own\.json"):
        load(file)
    assert not DuplicateProfile.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"default": {}}', '{"profiles": []}'])
def test_a_file_that_holds_no_settings_is_refused_in_a_sentence(text, tmp_path, db):
    (tmp_path / "own.json").write_text(text)
    with pytest.raises(CommandError, match=r"own\.json"):
        load(tmp_path / "own.json")
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "none.json")


def test_the_database_keeps_one_default_and_scores_in_order(loaded):
    profile = DuplicateProfile.objects.get(category=None)
    for values in ({"pk": None}, {"suggest_from": 0.9, "link_from": 0.5}, {"radius_m": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DuplicateProfile(**{**_values(profile), **values}).save()


def _values(profile: DuplicateProfile) -> dict:
    return {field.attname: getattr(profile, field.attname) for field in profile._meta.concrete_fields}
