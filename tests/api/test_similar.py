"""Before filing: what is known of the problem already, as the asker may see it (cases D1, D2, D3, D11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.tokens import make_token
from reports.intake import submit_report
from reports.models import DuplicateCluster, Photo, Report, Supporter
from reports.workflow import Status
from tests.factories import CategoryFactory
from tests.shapes import at, lonlat
from tests.staff import handler

SIMILAR = "/api/v1/reports/similar"
HOLE = "چالهٔ عمیق جلوی نانوایی سنگکی"


@pytest.fixture
def file(small_city):
    def make(x: float, text: str = HOLE, *, category: str = "pothole", days: float = 0.1, **values) -> Report:
        return submit_report(
            location=at(x, 200),
            category=CategoryFactory(code=category),
            description=text,
            received_at=timezone.now() - timedelta(days=days),
            source="web",
            **values,
        )

    return make


@pytest.fixture
def ask(client, small_city):
    def get(x: float = 500, text: str = HOLE, *, category: str = "pothole", token: str = "", **values):
        lon, lat = lonlat(x, 200)
        query = {"lon": lon, "lat": lat, "category": category, "description": text} | values
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = client.get(SIMILAR, query, headers=headers)
        assert response.status_code == 200, response.content
        return response.json()["features"]

    return get


def close(report: Report, *, days_ago: float) -> None:
    Report.objects.filter(pk=report.pk).update(
        status=Status.RESOLVED, status_at=timezone.now() - timedelta(days=days_ago)
    )


def test_D1_the_same_category_near_and_open_by_score_with_metres_age_and_the_size_of_the_problem(file, ask):
    other, same = file(510, "آسفالت جلوی داروخانه کنده شده پلاک ۷"), file(530, "گودال روبروی نونوایی سنگکی")
    file(990)  # beyond the radius
    Supporter.objects.create(report=same, person_hash="somebody", at=timezone.now())
    found = ask()
    assert [each["id"] for each in found] == [same.reference, other.reference][: len(found)]
    first = found[0]["properties"]
    assert first["metres"] == pytest.approx(30, abs=0.5)
    assert 2 < first["hours"] < 3
    assert (first["status"], first["kind"], first["reports"], first["people_waiting"]) == (
        "received",
        "duplicate",
        1,
        2,
    )
    assert (first["photo"], first["text"], first["category_name_en"]) == (None, same.public_text, "Pothole")
    assert found[0]["geometry"]["coordinates"] == [round(each, 7) for each in lonlat(530, 200)]
    scores = [each["properties"]["score"] for each in found]
    assert scores == sorted(scores, reverse=True)


def test_D1_of_one_problem_the_best_report_stands_for_all(small_city, file, ask):
    near, far = file(505), file(530)
    cluster = DuplicateCluster.objects.create(city=small_city.city, root_report=far, made_at=timezone.now())
    Report.objects.update(duplicate_cluster=cluster)
    [only] = ask()
    assert only["id"] == near.reference
    assert (only["properties"]["reports"], only["properties"]["people_waiting"]) == (2, 2)


def test_D2_a_kin_category_is_suggested_and_an_unrelated_one_is_not(file, ask):
    kin = file(505, "آسفالت جلوی نانوایی سنگکی گود شده", category="road-cut")
    file(500, HOLE, category="street-light")
    [only] = ask()
    assert only["id"] == kin.reference
    assert only["properties"]["features"]["kinship"] < 1


def test_D3_what_was_closed_lately_comes_after_as_a_recurrence(file, ask):
    closed, open_ = file(500, days=6), file(520, "گودال روبروی نانوایی سنگکی")
    close(closed, days_ago=2)
    found = ask()
    assert [(each["id"], each["properties"]["kind"]) for each in found] == [
        (open_.reference, "duplicate"),
        (closed.reference, "recurrence"),
    ]
    close(closed, days_ago=200)
    assert [each["id"] for each in ask()] == [open_.reference]


def test_D11_reasons_come_feature_by_feature_and_in_both_languages(file, ask):
    file(530, "گودال روبروی نونوایی سنگکی", accuracy_m=20.0)
    properties = ask()[0]["properties"]
    assert {"metres", "hours", "kinship", "text_likeness", "words_shared", "contradictions", "same_address"} <= set(
        properties["features"]
    )
    assert properties["features"]["evidence"]["same_word"] > 0
    assert "30 m apart." in properties["reasons_en"]
    assert "فاصله: ۳۰ متر." in properties["reasons_fa"]
    assert any("نانوایی" in each for each in properties["reasons_fa"])


def test_public_photos_are_shown_and_compared_and_hidden_ones_are_not(file, ask):
    report = file(540, "آسفالت کنده شده")
    photo = Photo.objects.create(
        report=report,
        number=1,
        mime="image/jpeg",
        bytes=1,
        sha256="0" * 64,
        state="ready",
        uploaded_at=timezone.now(),
        perceptual_hash=0x7F0F3C3CA5A59696 - (1 << 63),
        is_public=True,
        public_rendition="name",
        rendition="own",
        width=1,
        height=1,
    )
    asked = f"{photo.perceptual_hash % (1 << 64):016x}"
    shown = ask(text="گودال", photo_hash=asked)[0]["properties"]
    assert shown["features"]["photo_likeness"] == 1
    assert shown["photo"] == "/api/v1/photos/name-small.jpg"
    Photo.objects.update(is_public=False, public_rendition="")
    assert all(
        each["properties"]["photo"] is None and each["properties"]["features"]["photo_likeness"] is None
        for each in ask(text="گودال", photo_hash=asked)
    )


# -- What is not public stays so -----------------------------------------------------------------------------------


def test_the_public_learns_nothing_of_hidden_reports_and_hidden_words(file, ask):
    CategoryFactory(code="sidewalk", moderation="text_reviewed")
    CategoryFactory(code="graffiti", moderation="reviewed")
    file(500, "موزاییک جلوی نانوایی سنگکی شکسته", category="sidewalk")
    file(500, "نوشته روی دیوار", category="graffiti")
    assert ask(category="graffiti", text="نوشته روی دیوار") == []
    with_words, without = (
        ask(category="sidewalk", text=text)[0]["properties"] for text in ("موزاییک جلوی نانوایی سنگکی شکسته", "نرده")
    )
    assert with_words["text"] == ""
    assert (with_words["features"]["words_shared"], with_words["features"]["text_likeness"]) == ([], None)
    assert with_words["score"] == without["score"]  # the words of a text under review cannot be guessed


def test_words_that_are_near_are_told_of_public_texts_alone(small_city, file, ask):
    CategoryFactory(code="full-bin", moderation="text_reviewed")
    CategoryFactory(code="litter", moderation="reviewed")
    report = file(500, "آشغالا ریخته بیرون", category="full-bin")
    file(500, "آشغالا ریخته بیرون", category="litter")
    asked = {"text": "سطل زباله پره", "category": "full-bin"}
    assert ask(**asked | {"category": "litter"}) == []

    def told(**values):
        [found] = ask(**asked | values)
        properties = found["properties"]
        assert properties["features"]["words_near"] == [] or "زباله" in str(properties["reasons_fa"])
        return properties["features"]["words_near"], "meaning" in properties["features"]["evidence"]

    nothing, near = ([], False), (["آشغالا / زباله"], True)
    assert told() == nothing
    assert ask(**asked)[0]["properties"]["score"] == ask(**asked | {"text": "نرده"})[0]["properties"]["score"]
    east, west = (
        make_token(user=handler(each), name="test", at=timezone.now())[1] for each in (small_city.east, small_city.west)
    )
    assert (told(token=east), told(token=west)) == (nothing, near)
    Report.objects.filter(pk=report.pk).update(public_text="موش دیدیم")
    assert told() == ([], True)  # what was published instead of it is compared, and none of what was written
    Report.objects.filter(pk=report.pk).update(public_text=report.description)
    assert told() == near


def test_a_coarse_place_is_not_sharpened(file, ask):
    CategoryFactory(code="pests", place_precision_m=200)
    report = file(500, "موش", category="pests")
    seen = {}
    for x in (470, 500, 530):
        [found] = ask(x, "موش", category="pests")
        lon, lat = found["geometry"]["coordinates"]
        assert (lon, lat) == (round(report.public_location.x, 7), round(report.public_location.y, 7))
        seen[x] = found["properties"]["metres"]
    Report.objects.update(location=at(560, 260))  # elsewhere in the same cell: nothing that is told changes
    for x, metres in seen.items():
        assert ask(x, "موش", category="pests")[0]["properties"]["metres"] == metres


def test_who_is_in_charge_sees_and_compares_all_of_it(small_city, file, ask):
    CategoryFactory(code="graffiti", moderation="reviewed")
    report = file(500, "نوشته روی دیوار مدرسه", category="graffiti")
    for place, sees in ((small_city.west, True), (small_city.east, False)):
        token = make_token(user=handler(place), name="test", at=timezone.now())[1]
        found = ask(category="graffiti", text="شعار روی دیوار مدرسه", token=token)
        assert [each["id"] for each in found] == ([report.reference] if sees else [])
    assert found == []


def test_what_is_answered_is_kept_by_nobody_and_nothing_is_stored(client, file):
    file(500)
    lon, lat = lonlat(500, 200)
    response = client.get(SIMILAR, {"lon": lon, "lat": lat, "category": "pothole"})
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Type"] == "application/geo+json"
    assert Report.objects.count() == 1


# -- Asking --------------------------------------------------------------------------------------------------------


def test_a_long_text_is_asked_in_a_body_with_the_same_answer(client, file, ask):
    file(510)
    text = "چاله " * 700 + "جلوی نانوایی سنگکی"
    lon, lat = lonlat(500, 200)
    body = {
        "category": "pothole",
        "location": {"type": "Point", "coordinates": [lon, lat]},
        "description": text,
        "photo_hash": "0f0f3c3ca5a59696",
        "accuracy_m": 12.5,
        "limit": 3,
    }
    response = client.post(SIMILAR, body, content_type="application/json")
    assert response.status_code == 200
    asked = ask(text=text, photo_hash="0F0F3C3CA5A59696", accuracy_m=12.5, limit=3)
    found = response.json()["features"]
    for each in (*found, *asked):
        each["properties"].pop("hours"), each["properties"]["features"].pop("hours")
    assert found == asked != []


def test_a_text_of_several_lines_may_stand_in_an_address(ask, file):
    file(505)
    assert ask(text="چاله\r\nجلوی نانوایی\tسنگکی")


@pytest.mark.parametrize(
    "text",
    [
        "\u200c\u200d\u200f",
        "🕳🕳🕳",
        "۱۲۳ 456 ٧٨٩",
        "²³ ½ ①",
        "huge pothole in my lane, blew out my tire",
        "ا" * 4000,
        "چ ا ل ه " * 500,
        " ".join(f"چاله{number:x}" for number in range(450)),
        "\u202eچاله\ufeff",
        "مزبله سطل آشغال زباله پسماند مخزن " * 100,
    ],
)
def test_whatever_is_written_is_compared_with_all_that_was(client, file, ask, text):
    file(505, text)
    for other in ("", HOLE, "🕳"):
        file(510, other or "چاله")
        assert isinstance(ask(text=other), list)
    found = ask(text=text)
    assert all(0 <= each["properties"]["score"] <= 1 for each in found)
    lon, lat = lonlat(500, 200)
    body = {"category": "pothole", "location": {"type": "Point", "coordinates": [lon, lat]}, "description": text}
    assert client.post(SIMILAR, body, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"lon": None}, "required"),
        ({"category": None}, "required"),
        ({"category": "volcano"}, "unknown_category"),
        ({"lon": "far"}, "invalid_number"),
        ({"lat": 91}, "coordinates_out_of_range"),
        ({"accuracy_m": -1}, "invalid_number"),
        ({"photo_hash": "xyz"}, "invalid_hash"),
        ({"limit": 0}, "limit_out_of_range"),
        ({"limit": 21}, "limit_out_of_range"),
        ({"description": "x" * 4001}, "too_long"),
        ({"description": "\x00"}, "invalid_characters"),
        ({"radius": 5}, "unknown_parameter"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(client, small_city, changes, code):
    lon, lat = lonlat(500, 200)
    query = {"lon": lon, "lat": lat, "category": "pothole"} | changes
    response = client.get(SIMILAR, {name: value for name, value in query.items() if value is not None})
    assert (response.status_code, response.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"location": {"type": "Point", "coordinates": [1]}}, "invalid_coordinates"),
        ({"category": "volcano"}, "unknown_category"),
        ({"photo_hash": 5}, "invalid_hash"),
        ({"limit": "5"}, "limit_out_of_range"),
        ({"limit": True}, "limit_out_of_range"),
        ({"description": "x" * 4001}, "too_long"),
        ({"contact": {}}, "unknown_member"),
    ],
)
def test_bodies_that_cannot_be_answered_are_refused(client, small_city, filing, changes, code):
    response = client.post(SIMILAR, filing(**changes), content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_asking_without_an_account_is_limited_for_each_address(client, small_city, filing, settings):
    settings.ANONYMOUS_QUESTIONS_PER_HOUR = 2
    lon, lat = lonlat(500, 200)
    question = {"lon": lon, "lat": lat, "category": "pothole"}
    body = {name: filing()[name] for name in ("category", "location", "description")}
    assert client.get(SIMILAR, question | {"category": "dragons"}).status_code == 400  # what is refused is no question
    assert client.get(SIMILAR, question).status_code == 200
    assert client.post(SIMILAR, body, content_type="application/json").status_code == 200
    refused = client.get(SIMILAR, question, headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert "file the report as it is" in refused.json()["detail"]
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get(SIMILAR, question, REMOTE_ADDR="10.0.0.9").status_code == 200
    token = make_token(user=handler(small_city.west), name="desk", at=timezone.now())[1]
    assert client.get(SIMILAR, question, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_number_of_queries_does_not_depend_on_what_is_found(file, ask, django_assert_num_queries):
    file(505)
    ask()
    with django_assert_num_queries(11):
        assert len(ask(limit=20)) == 1
    for number in range(8):
        file(506 + number)
    with django_assert_num_queries(11):
        assert len(ask(limit=20)) == 9
