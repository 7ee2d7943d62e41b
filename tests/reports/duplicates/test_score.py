"""How two reports are compared: symmetric, explained, and deaf to spelling (cases D11 and D12)."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.duplicates.reasons import reasons
from reports.duplicates.score import score
from reports.duplicates.shipped import shipped_settings
from tests.reports.duplicates.telling import facts

SHIPPED = shipped_settings()
BAKERY = "چالهٔ بزرگی جلوی نانوایی سنگکی کوچه ۵ هست، لاستیک ماشینم ترکید"


def value(one, other) -> float:
    return score(one, other, settings=SHIPPED).value


def test_D11_each_feature_is_named_with_its_evidence():
    found = score(
        facts(BAKERY, accuracy_m=12.0, people=frozenset({"device"})),
        facts("گودال عمیق روبروی نونوایی، کوچه پنجم", x=40, hours=60, accuracy_m=20.0, people=frozenset({"device"})),
        settings=SHIPPED,
    )
    features = found.features
    assert features["metres"] == pytest.approx(40, abs=0.2)
    assert (features["hours"], features["kinship"], features["accuracy_m"]) == (60, 1, 20)
    assert "چاله / گودال" in features["words_shared"]
    assert (features["same_person"], features["same_address"], features["photo_likeness"]) == (True, False, None)
    assert {"base", "distance", "meaning", "same_word", "person"} <= features["evidence"].keys()
    assert features["text_likeness"] > 0.5
    assert 0.5 < found.value <= 1


def test_D11_the_reasons_are_sentences_in_both_languages():
    features = score(facts(BAKERY), facts("چاله جلوی بانک، کوچه ۷", x=20), settings=SHIPPED).features
    english, persian = reasons(features, language="en"), reasons(features, language="fa")
    assert "20 m apart." in english
    assert any("بانک" in each and "نانوایی" in each for each in english)
    assert "فاصله: ۲۰ متر." in persian
    assert len(english) == len(persian)
    assert not set(english) & set(persian)


@pytest.mark.parametrize(
    "one, other",
    [
        ("چاله‌ي كوچه", "چاله ی کوچه"),  # letters of Arabic keyboards, the half-space
        ("گودال وسط خیابون", "چاله وسط خیابان"),  # a synonym, a spoken form
        ("چـــاله پلاک ۱۲", "چاله پلاک 12"),  # tatweel, digits
        ("آسفالت خراب", "اسفالت خرابه"),
        ("سطل‌های زباله", "سطل زباله"),
        ("پیاده‌رو شکسته", "پیادهرو شکسته"),
        ("کوچه چهارده", "کوچه ۱۴"),
        ("سجاد بیست و یک", "سجاد ۲۱"),
    ],
)
def test_D12_spelling_keyboard_and_synonyms_do_not_matter(one, other):
    read = SHIPPED.lexicon.read
    told, heard = read(facts(one).words), read(facts(other).words)
    assert told.weights.keys() == heard.weights.keys()


@pytest.mark.parametrize(
    "told, heard",
    [
        ("چراغ جلوی پلاک ۱۲ خاموش است", "چراغ جلوی پلاک ۴۸ خاموش است"),
        ("سطل زباله سرریز شده", "سطل زباله شکسته"),
        ("چاله سمت راست خیابان", "چاله سمت چپ خیابان"),
        ("پراید سفید رها شده", "پژو مشکی رها شده"),
        ("چاله روبروی داروخانه", "چاله روبروی مدرسه"),
    ],
)
def test_texts_that_contradict_each_other_lower_the_score(told, heard):
    assert value(facts(told), facts(heard, x=8)) < value(facts(told), facts(told, x=8)) - 0.1
    found = score(facts(told), facts(heard, x=8), settings=SHIPPED)
    assert found.features["contradictions"] or any(name.startswith("other") for name in found.features["evidence"])


def test_two_things_are_two_problems_even_under_one_category():
    lamp, bin_ = "چراغ سر کوچه شکسته", "سطل زباله سر کوچه شکسته"
    found = score(facts(lamp), facts(bin_, x=8), settings=SHIPPED)
    assert found.features["evidence"]["other_thing"] < -0.8
    assert found.value < value(facts(lamp), facts(lamp, x=8))


def test_a_contradiction_counts_in_full_however_near_and_alike_two_reports_are():
    told, heard = "چاله عمیق جلوی نانوایی پلاک ۱۲", "چاله عمیق جلوی نانوایی پلاک ۴۸"
    assert value(facts(told), facts(heard)) < 0.5 < value(facts(told), facts(told))


def test_what_a_text_says_that_it_is_not_speaks_against_it():
    bakery = facts("چاله جلوی نانوایی")
    assert value(bakery, facts("چاله جلوی داروخانه، غیر از چاله دم نونوایی", x=20)) < 0.5
    assert value(facts("چراغ جلوی مسجد"), facts("چراغ این طرف سوخته، مسجد نه", x=20)) < 0.8


def test_texts_that_make_one_think_of_the_same_speak_for_one_problem_across_categories():
    dark = facts("شبا چشم چشمو نمیبینه، تیر برق خاموشه", category="street-light")
    wire, wet = (facts(text, x=15, category="loose-wire") for text in ("تیر برق خاموش و تاریکه", "سیم تلفن پاره شده"))
    assert value(dark, wire) > value(dark, wet) + 0.1


def test_what_is_at_fault_tells_problems_of_one_category_apart():
    out = facts("چراغ خاموشه", category="street-light")
    blinks = facts("چراغ چشمک میزنه", x=20, category="street-light")
    assert score(out, blinks, settings=SHIPPED).features["evidence"].keys() & {"other_fault", "other_state"}
    assert value(out, blinks) < value(out, facts("چراغ روشن نمیشه", x=20, category="street-light"))


def test_what_the_phones_are_unsure_of_counts_less():
    sure = value(facts("چاله", accuracy_m=1.0), facts("چاله", x=70, accuracy_m=1.0))
    untold = value(facts("چاله"), facts("چاله", x=70))
    unsure = value(facts("چاله", accuracy_m=60.0), facts("چاله", x=70, accuracy_m=60.0))
    assert unsure > untold > sure


def test_D2_the_same_metres_part_pins_that_are_sure_and_not_pins_that_say_nothing_of_it():
    """Somebody who taps on a map is tens of metres off; a phone that is sure to five metres is not."""
    told, heard = "چالهٔ عمیق، لاستیکم ترکید", "گودال بزرگ، یکی بیاد پرش کنه"
    assert value(facts(told), facts(heard, x=40)) > 0.8
    assert value(facts(told, accuracy_m=5.0), facts(heard, x=40, accuracy_m=5.0)) < 0.2


@pytest.mark.parametrize(
    "told, category, heard, other",
    [
        (
            "شیر آتش نشانی رو ماشین زده آب میده",
            "fire-hydrant",
            "آب از پای شیر قرمز آتش نشانی میزنه بیرون",
            "water-leak",
        ),
        ("چراغ راهنما پشت شاخه درخت گم شده", "traffic-light", "شاخه ها جلوی چراغ راهنمایی رو گرفته", "tree-pruning"),
    ],
)
def test_D2_one_thing_is_found_under_categories_that_people_mix_up(told, category, heard, other):
    found = score(facts(told, category=category), facts(heard, x=12, hours=5, category=other), settings=SHIPPED)
    assert found.value > SHIPPED.pair(category, other).link_from
    assert found.features["kinship"] > 0


def test_D2_what_bursts_is_told_of_by_many_at_once_and_further_apart():
    burst, flood = "لوله ترکیده آب فواره میزنه", "کوچه رو آب برداشته"
    at_once, later = (
        score(
            facts(burst, category="water-leak"), facts(flood, x=80, hours=hours, category="flooding"), settings=SHIPPED
        )
        for hours in (0.5, 30)
    )
    assert at_once.value > 0.5
    assert at_once.value > later.value + 0.2
    assert (at_once.features["sudden"], later.features["sudden"]) == (True, False)
    assert "What happens suddenly is told of by many at once." in reasons(at_once.features, language="en")
    hole = [score(facts("چاله"), facts("گودال", x=40, hours=hours), settings=SHIPPED) for hours in (0.5, 5)]
    assert not hole[0].features["sudden"]
    assert hole[0].value - hole[1].value < 0.1


@pytest.mark.parametrize(
    "told, heard, surely",
    [
        ("چاله روبروی داروخانه", "چاله جلوی در مدرسه", True),  # past the door, to what it is the door of
        ("چاله روبروی داروخانه", "چاله، نزدیک بود جلوی اورژانس بیمارستان بخورم زمین", True),
        ("چاله روبروی داروخانه", "افتادم تو چاله، مدرسه دخترم دیر شد", False),  # where she was going
        ("از خونه تا مسجد همش چاله است", "افتادم تو چاله، مدرسه دخترم دیر شد", False),
    ],
)
def test_places_that_are_mentioned_by_the_way_hardly_tell_reports_apart(told, heard, surely):
    evidence = score(facts(told), facts(heard, x=25), settings=SHIPPED).features["evidence"]
    assert (evidence["other_landmark"] <= -2) is surely
    assert evidence["other_landmark"] < 0


def test_a_place_that_stands_in_the_address_counts_as_one_in_the_text():
    bank = facts("چالهٔ بزرگ", address="خیابان لاله، جنب بانک")
    school = score(bank, facts("چاله جلوی مدرسه", x=20), settings=SHIPPED)
    assert school.features["evidence"]["other_landmark"] < -2
    [place] = [each for each in school.features["contradictions"] if each["axis"] == "landmark"]
    assert place["words"] == ["بانک", "مدرسه"]
    assert "other_landmark" not in score(bank, facts("چاله جلوی بانک", x=20), settings=SHIPPED).features["evidence"]
    # By addresses alone, which a map may have made of the pins, nothing is told apart.
    silent = score(replace(bank, words=""), facts(address="جنب مدرسه", x=20), settings=SHIPPED)
    assert "other_landmark" not in silent.features["evidence"]


def test_of_two_under_one_category_another_thing_counts_only_beside_what_it_is_about():
    hole, wet, bin_ = (facts(text) for text in ("چاله عمیق", "لوله آب", "سطل زباله"))
    evidence = [score(one, other, settings=SHIPPED).features["evidence"] for one, other in ((hole, wet), (bin_, wet))]
    assert "other_thing" not in evidence[0]
    assert evidence[1]["other_thing"] < -0.8


def test_one_rare_word_in_common_says_more_than_many_that_are_everywhere():
    told = facts("سلام لطفا رسیدگی کنید چاله خطرناک است دم باسکول")
    rare, common = facts("باسکول رو آسفالت کنید", x=30), facts("سلام لطفا رسیدگی کنید خطرناک است", x=30)
    one, other = (score(told, each, settings=SHIPPED).features["evidence"] for each in (rare, common))
    assert one["same_word"] > other.get("same_word", 0) + 0.3


def test_hours_cost_little_and_weeks_more():
    values = [value(facts("چاله"), facts("چاله", x=65, hours=hours)) for hours in (0, 1, 47, 24 * 20, 24 * 80)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 5


def test_without_a_word_place_and_time_alone_speak_and_less_surely():
    assert value(facts(), facts(x=2)) > 0.5 > value(facts(), facts(x=10))
    assert value(facts("چاله جلوی بانک"), facts("چاله جلوی بانک", x=10)) > 0.9


def test_photos_of_one_thing_bring_reports_together():
    photo, nearly, other = 0x0F0F_3C3C_A5A5_9696, 0x0F0F_3C3C_A5A5_9695, 0xF1E2_D3C4_B5A6_9788
    apart = {"x": 90}
    without = value(facts("چاله"), facts("گودال", **apart))
    assert value(facts("چاله", photos=(photo,)), facts("گودال", photos=(nearly,), **apart)) > without + 0.2
    assert value(facts("چاله", photos=(photo,)), facts("گودال", photos=(other,), **apart)) == without


def test_D3_what_comes_after_the_closing_is_a_recurrence():
    first = facts("چاله", closed_after=10)
    assert score(first, facts("چاله", hours=9), settings=SHIPPED).kind == "duplicate"
    assert score(first, facts("چاله", hours=11), settings=SHIPPED).kind == "recurrence"
    assert score(facts("چاله", hours=11), first, settings=SHIPPED).kind == "recurrence"


WORDS = st.lists(st.sampled_from([*BAKERY.split(), "پلاک", "۱۲", "بانک", "سمت", "چپ", "full", "bin", "7"]), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    one=WORDS,
    other=WORDS,
    x=st.floats(0, 300),
    hours=st.floats(0, 2000),
    categories=st.tuples(*[st.sampled_from(["pothole", "road-cut", "street-light", "nobody-knows"])] * 2),
    accuracy=st.one_of(st.none(), st.floats(0, 500)),
)
def test_a_score_is_the_same_in_either_order(one, other, x, hours, categories, accuracy):
    first = facts(" ".join(one), category=categories[0], accuracy_m=accuracy)
    second = facts(" ".join(other), x=x, hours=hours, category=categories[1])
    here, there = score(first, second, settings=SHIPPED), score(second, first, settings=SHIPPED)
    assert here == there
    assert 0 <= here.value <= 1
    assert score(replace(first, key=5), second, settings=SHIPPED) == here
