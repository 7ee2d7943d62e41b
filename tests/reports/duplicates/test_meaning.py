"""Words that people use of the same things: learned from tellings, kept in a file, heard in scores."""

import json
import logging
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from reports.duplicates.current import current_settings
from reports.duplicates.meaning import (
    MOST_HEARD,
    NO_MEANINGS,
    UnreadableMeanings,
    meanings_of,
    nearness,
    read_meanings,
)
from reports.duplicates.reasons import reasons
from reports.duplicates.score import score
from reports.duplicates.shipped import shipped_settings, shipped_situations, written_settings
from reports.duplicates.tellings import UnreadableTellings, learn, read_situations, stems_of
from reports.models import DuplicateProfile
from reports.models.duplicate_settings import check_weights
from tests.reports.duplicates.matching import line
from tests.reports.duplicates.telling import facts

SHIPPED = shipped_settings()
FIXTURES = "fixtures/tellings_fa.txt"


def near(one: str, other: str, *, by=SHIPPED.meanings) -> float:
    found = nearness(by.of(stems_of(one)), by.of(stems_of(other)))
    assert found is not None
    return found


def value(one, other) -> float:
    return score(one, other, settings=SHIPPED).value


# -- What is shipped ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other, third",
    [
        ("درپوش چاه نیست", "دهنهٔ منهول بازه", "شاخه‌ها رفته تو سیم برق"),
        ("سطل زباله سرریز کرده", "آشغالا از مخزن ریخته بیرون", "لامپ تیر برق سوخته"),
        ("کوچه تاریکه شبا", "چراغا خاموشن", "آب از زیر آسفالت می‌جوشه"),
        ("سگ‌ها پارس می‌کنن", "گلهٔ سگ ولگرد اومده", "تابلوی ایست افتاده"),
    ],
)
def test_other_words_for_the_same_are_nearer_than_words_for_another_thing(one, other, third):
    assert near(one, other) > max(near(one, third), near(other, third)) + 0.2


def test_two_tellings_of_a_situation_are_nearer_than_two_of_others():
    """Of words that were learned from these very tellings: whether new ones are understood, the bench says."""
    situations = read_situations_of_fixture()[::25]
    same = [near(each.tellings[0], each.tellings[1]) for each in situations if heard(each)]
    others = [near(one.tellings[0], other.tellings[1]) for one, other in pairwise(situations) if heard(one, other)]
    assert len(same) > 80
    assert np.mean(same) > np.mean(others) + 0.2


def read_situations_of_fixture():
    from django.conf import settings

    return read_situations(settings.ROOT / FIXTURES)


def heard(*situations) -> bool:
    return all(len(SHIPPED.meanings.of(stems_of(text))) for each in situations for text in each.tellings[:2])


def test_the_shipped_tellings_are_whole_and_of_categories_that_there_are():
    situations = read_situations_of_fixture()
    assert len(situations) > 3_000
    assert {code for each in situations for code in each.categories} == set(SHIPPED.names)
    assert all(len(set(each.tellings)) == len(each.tellings) >= 3 and each.title for each in situations)


# -- In scores ---------------------------------------------------------------------------------------------------------


def test_reports_of_one_thing_in_other_words_score_higher_across_categories():
    cover = facts("درپوش چاه رو بردن", category="manhole-cover")
    hole, patch = (
        facts(text, x=12, hours=3, category="pothole")
        for text in ("یه سوراخ گرد عمیق وسط راه بازه", "وصلهٔ آسفالت کنده شده")
    )
    assert value(cover, hole) > value(cover, patch) + 0.05


def test_the_words_that_are_near_are_named_and_told_in_both_languages():
    features = score(facts("سطل زباله پره"), facts("آشغالا ریخته بیرون", x=9), settings=SHIPPED).features
    assert features["words_near"] == ["آشغالا / زباله"]
    assert any("آشغالا / زباله" in each for each in reasons(features, language="fa"))
    assert "People use these words for the same things: آشغالا / زباله." in reasons(features, language="en")


def test_things_that_exclude_each_other_are_not_called_the_same():
    features = score(facts("تاب شکسته"), facts("سرسره شکسته", x=9), settings=SHIPPED).features
    assert features["words_near"] == []


def test_words_that_both_say_in_one_way_or_another_are_not_told_again():
    one, other = facts("چالهٔ عمیق جلوی نانوایی"), facts("گودال بزرگ روبه‌روی نونوایی", x=9)
    features = score(one, other, settings=SHIPPED).features
    assert "چاله / گودال" in features["words_shared"]
    assert not any(word in each for each in features["words_near"] for word in ("چاله", "گودال"))


def test_near_words_are_the_same_the_other_way_round_where_they_are_equally_near():
    meanings = meanings_of(dict.fromkeys("abcd", 2.0), np.array([[1, 0], [0, 1], [0, 1], [1, 0]], np.float32))
    found, back = list(meanings.near("ab", "cd")), list(meanings.near("cd", "ab"))
    assert set(found) == {("a", "d"), ("b", "c")}
    assert [(one, other) for other, one in back] == found


def test_of_long_texts_near_words_are_sought_among_those_that_say_most():
    count = 3 * MOST_HEARD
    words = {f"{number}{side}": number + 1 for number in range(count) for side in "ab"}
    directions = np.repeat(np.eye(count, dtype=np.float32), 2, axis=0)
    found = list(meanings_of(words, directions).near(*([word for word in words if word[-1] == side] for side in "ab")))
    assert found == [(f"{number}a", f"{number}b") for number in reversed(range(count - MOST_HEARD, count))]


def test_settings_that_were_stored_before_score_without(db):
    call_command("load_duplicates", stdout=StringIO())
    row = DuplicateProfile.objects.get(category=None)
    names = ("meaning", "across_meaning")
    row.weights = {name: weight for name, weight in row.weights.items() if name not in names}
    row.save()
    before = current_settings()
    assert [before.default.weights[name] for name in names] == [0, 0]
    pair = facts("درپوش چاه نیست", category="manhole-cover"), facts("سوراخ گرد وسط راه", x=9)
    evidence = score(*pair, settings=before).features["evidence"]
    assert evidence.keys() == score(*pair, settings=SHIPPED).features["evidence"].keys() - set(names)
    with pytest.raises(ValidationError, match="across_meaning"):
        check_weights({"across_meaning": -1})


def test_files_of_settings_that_were_written_before_are_read(match, tmp_path):
    values = json.loads(written_settings(SHIPPED))
    for name in ("meaning", "across_meaning"):
        del values["default"]["weights"][name]
    (tmp_path / "before.json").write_text(json.dumps(values))
    lines = [
        line("a", category="full-bin", text="سطل زباله پره"),
        line("b", at="2026-11-01T09:00:00Z", x=30, category="full-bin", text="آشغالا ریخته بیرون"),
    ]
    before, now = (match(*lines, options=options) for options in (["--by", str(tmp_path / "before.json")], []))
    assert before.failure is now.failure is None
    assert 0 < float(before["b"]["score"]) < float(now["b"]["score"])


def test_a_text_of_unknown_words_speaks_neither_for_nor_against():
    evidence = score(facts("سلامدنقبتسش"), facts("چاله", x=9), settings=SHIPPED).features["evidence"]
    assert "meaning" not in evidence


# -- Learning ----------------------------------------------------------------------------------------------------------


TELLINGS = """# pothole | a hole
چاله عمیق است
گودال ماشین

# street-light other | a lamp is out
چراغ خاموش
کوچه تاریک
"""


def test_words_of_one_situation_come_to_lie_in_one_direction():
    texts = [["چاله گودال", "گودال چاله آسفالت"], ["چراغ تاریک", "تاریک چراغ لامپ"], ["چاله آسفالت", "آسفالت گودال"]]
    words, directions = learn(texts, dimensions=2)
    place = {word: number for number, word in enumerate(words)}
    assert words.keys() == set(stems_of("چاله گودال آسفالت چراغ تاریک"))
    lengths = np.linalg.norm(directions, axis=1)
    assert lengths == pytest.approx(np.ones(len(words)), abs=1e-5)
    hole, pit, lamp, dark = (directions[place[stems_of(word)[0]]] for word in ("چاله", "گودال", "چراغ", "تاریک"))
    assert hole @ pit > 0.9 < lamp @ dark
    assert abs(hole @ lamp) < 0.1


def test_what_is_learned_twice_is_the_same():
    texts = shipped_situations()[::40]
    (words, one), (again, other) = learn(texts), learn(texts)
    assert words == again
    assert np.allclose(one @ one[0], other @ other[0], atol=1e-4)


def test_tellings_are_learned_by_a_command_and_the_file_is_used(tmp_path, settings):
    tellings, out = tmp_path / "tellings.txt", tmp_path / "out.tsv"
    tellings.write_text("\n".join(f"# pothole | {number}\nچاله گودال{number}\nچاله چاه\n" for number in range(20)))
    said = StringIO()
    call_command("learn_meanings", str(tellings), str(out), stdout=said)
    assert "from 40 tellings of 20 situations" in said.getvalue()
    settings.MEANINGS_FILE = str(out)
    shipped_settings.cache_clear()
    try:
        assert near("چاله", "چاه", by=shipped_settings().meanings) > 0.9
    finally:
        settings.MEANINGS_FILE = ""
        shipped_settings.cache_clear()


@pytest.mark.parametrize("name", ["nowhere.tsv", "empty.tsv", "nan.tsv", ""])
def test_where_a_citys_own_file_cannot_be_read_texts_are_compared_without(tmp_path, settings, caplog, name):
    (tmp_path / "empty.tsv").touch()
    (tmp_path / "nan.tsv").write_text("چال\tnan\tAAAA\n")
    settings.MEANINGS_FILE = str(tmp_path / name)
    shipped_settings.cache_clear()
    try:
        with caplog.at_level(logging.ERROR):
            assert shipped_settings().meanings is NO_MEANINGS
        assert (name or tmp_path.name) in caplog.text
        assert 0 < score(facts("چاله"), facts("گودال", x=5), settings=shipped_settings()).value < 1
    finally:
        settings.MEANINGS_FILE = ""
        shipped_settings.cache_clear()


def test_tellings_come_from_any_editor(tmp_path):
    (tmp_path / "in.txt").write_bytes(("\ufeff" + TELLINGS.replace("\n\n", "\n \t\n")).replace("\n", "\r\n").encode())
    found = read_situations(tmp_path / "in.txt")
    assert [(each.categories, each.title) for each in found] == [
        (("pothole",), "a hole"),
        (("street-light", "other"), "a lamp is out"),
    ]
    assert found[1].tellings == ("چراغ خاموش", "کوچه تاریک")


def test_tellings_are_not_written_over_where_out_was_forgotten(tmp_path):
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text("\n".join([TELLINGS] * 20))
    for out in (tmp_path / "two.txt", tmp_path, Path("/dev/null")):
        with pytest.raises(CommandError, match=r"holds no directions|is no file"):
            call_command("learn_meanings", str(tmp_path / "one.txt"), str(out))
    assert (tmp_path / "two.txt").read_text().startswith("# pothole")
    for _again in range(2):
        call_command("learn_meanings", str(tmp_path / "one.txt"), str(tmp_path / "out.tsv"), stdout=StringIO())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.txt", "out.tsv", "two.txt"]


@pytest.mark.parametrize(
    "text, sentence",
    [
        (TELLINGS.replace("\n\n", "\n"), "before “# street-light other | a lamp is out” there is no empty line"),
        ("\n".join(f"# pothole | {number}\n{number} 137\n" for number in range(20)), "No word stands in two"),
        ("چاله عمیق", "no situation with its categories"),
        ("# | no code\nچاله", "no situation with its categories"),
        ("# pothole | nothing told", "no situation with its categories"),
        (TELLINGS, "There are 2 situations: it takes 20"),
        ("", "There are 0 situations"),
    ],
)
def test_tellings_that_cannot_be_used_are_refused_in_a_sentence(tmp_path, text, sentence):
    (tmp_path / "in.txt").write_text(text)
    with pytest.raises(CommandError, match=sentence):
        call_command("learn_meanings", str(tmp_path / "in.txt"), str(tmp_path / "out.tsv"))
    assert not (tmp_path / "out.tsv").exists()


def test_tellings_that_are_no_text_or_nowhere_are_refused(tmp_path):
    (tmp_path / "in.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("in.txt", "nowhere.txt"):
        with pytest.raises(UnreadableTellings, match=name):
            read_situations(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        "چاله",
        "چاله\t1\t???\n",
        "چاله\tmuch\tAAAA\n",
        "چاله\tnan\tAAAA\n",
        "چاله\t-inf\tAAAA\n",
        "چاله\t1e30\tAAAA\n",
        "چاله\t1\tAAAA\n\nگودال\t1\tAAAA\n",
        "چاله\t1\tAAAA\nگودال\t1\tAAAAAAAA\n",
        "چاله\t1\tAAAA\nچاله\t1\tAAAA\n",
    ],
)
def test_directions_that_cannot_be_read_say_where(tmp_path, text):
    (tmp_path / "in.tsv").write_text(text)
    with pytest.raises(UnreadableMeanings, match=r"in\.tsv, line [12]"):
        read_meanings(tmp_path / "in.tsv")


@pytest.mark.parametrize("content", [None, b"\x00\xff\xfe", b"PK\x03\x04\n\t\t\n"])
def test_what_holds_no_text_holds_no_directions(tmp_path, content):
    path = tmp_path / "in.tsv"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(UnreadableMeanings, match=r"in\.tsv"):
        read_meanings(path)


def test_directions_come_from_any_editor(tmp_path):
    (tmp_path / "in.tsv").write_bytes("\ufeffچاله\t1\tf38=\r\nگودال\t2\tf38=\r\n".encode())
    found = read_meanings(tmp_path / "in.tsv")
    assert nearness(found.of(["چاله"]), found.of(["گودال"])) == pytest.approx(1)


def test_an_empty_file_has_no_directions(tmp_path):
    (tmp_path / "in.tsv").write_text("")
    assert len(read_meanings(tmp_path / "in.tsv")) == 0
    assert nearness(read_meanings(tmp_path / "in.tsv").of(["چال"]), NO_MEANINGS.of([])) is None
