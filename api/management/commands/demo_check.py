"""File three reports at a running service, read them back, and say whether all is as it should be."""

import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import shapely
from django.core.management.base import BaseCommand, CommandError
from shapely import Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.crs import metric_srid, to_ground, to_lonlat

OUTSIDE_M = 2000.0
DESCRIPTION = "یک چالهٔ بزرگ وسط خیابان است؛ لطفاً رسیدگی کنید."
TIMEOUT_S = 30.0

Feature = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A report to be filed, and what is to come of it: the district's code, or None for outside the city."""

    title: str
    place: Point
    district: str | None
    has_zone: bool | None = None  # None: either will do


class Service:
    """The running service, as a client over HTTP sees it."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_S, trust_env=False)

    def features(self, path: str, **params: str | int) -> list[Feature]:
        """The features of a collection."""
        return list(self._json(self.http.get(path, params=params))["features"])

    def file(self, place: Point, *, category: str) -> Feature:
        """File a report there; the Feature that answers."""
        location = {"type": "Point", "coordinates": [round(place.x, 7), round(place.y, 7)]}
        body = {"category": category, "location": location, "description": DESCRIPTION, "language": "fa"}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self._json(self.http.post("/api/v1/reports", json=body, headers=headers))

    def _json(self, response: httpx.Response) -> dict[str, Any]:
        if not response.is_success:
            raise CommandError(f"{response.request.url} answered {response.status_code}: {response.text[:500]}")
        answer: dict[str, Any] = response.json()
        return answer


class Command(BaseCommand):
    help = "File three reports at a running service (in a district, in one without zones, outside) and check them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="the service, such as http://127.0.0.1:8000")
        parser.add_argument("--category", default="pothole", help="what is reported (pothole)")

    def handle(self, *args: Any, **options: Any) -> None:
        service = Service(options["url"])
        try:
            with service.http:
                faults = list(self._check(service, options["category"]))
        except httpx.HTTPError as error:
            raise CommandError(f"{options['url']} does not answer: {error}.") from error
        except (ValueError, LookupError, TypeError) as error:
            raise CommandError(f"{options['url']} answers otherwise than expected: {error!r}.") from error
        for fault in faults:
            self.stdout.write(f"WRONG: {fault}")
        if faults:
            raise CommandError("Not all is as it should be.")
        self.stdout.write("\nAll is as it should be.")

    def _check(self, service: Service, category: str) -> Iterator[str]:
        filed = []
        for trial in _trials(service):
            answer = service.file(trial.place, category=category)
            self.stdout.write(_story(trial, answer))
            yield from _faults_of_answer(trial, answer["properties"])
            filed.append((trial, answer))
        listed = {each["id"]: each["properties"] for each in service.features("/api/v1/reports", limit=1000)}
        for trial, answer in filed:
            yield from _faults_of_list(trial, answer, listed.get(answer["id"]))


def _trials(service: Service) -> list[Trial]:
    """A place in a district with zones, one in a district without any, and one outside them all."""
    districts = service.features("/api/v1/jurisdictions", level="district")
    zones = service.features("/api/v1/jurisdictions", level="zone")
    parents = {(zone["properties"]["city_code"], zone["properties"]["parent_code"]) for zone in zones}
    names = {True: "In the middle of", False: "In a district without zones:"}
    trials = []
    for has_zone in (True, False):
        found = [each for each in districts if (_key(each) in parents) == has_zone]
        if not found:
            raise CommandError(f"There is no district {'with' if has_zone else 'without'} zones to file a report in.")
        code, title = found[0]["properties"]["code"], f"{names[has_zone]} {_both(found[0]['properties'])}"
        # The middle of a district with zones may lie where none reaches: either is right there.
        expected = None if has_zone else False
        middle = shape(found[0]["geometry"]).representative_point()
        trials.append(Trial(title=title, place=middle, district=code, has_zone=expected))
    outside = _outside([shape(each["geometry"]) for each in districts])
    return [*trials, Trial(title=f"{OUTSIDE_M / 1000:.0f} km outside the city", place=outside, district=None)]


def _key(district: Feature) -> tuple[str, str]:
    return district["properties"]["city_code"], district["properties"]["code"]


def _outside(shapes: list[BaseGeometry]) -> Point:
    """The northernmost point that lies so many metres from all the shapes."""
    ground = shapely.union_all(shapes)
    srid = metric_srid(lon=ground.centroid.x, lat=ground.centroid.y)
    around = shapely.buffer(to_ground(ground, srid), OUTSIDE_M, quad_segs=64)
    x, y = max(shapely.get_coordinates(around), key=lambda each: float(each[1]))
    return to_lonlat(Point(x, y), srid)


def _faults_of_answer(trial: Trial, answer: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the answer to filing."""
    places, department = answer["jurisdictions"], answer["department"]
    district, zone = places["district"], places["zone"]
    if (district and district["code"]) != trial.district:
        yield f"{trial.title}: the district is {_both(district)}, not {trial.district}."
    if trial.has_zone is False and zone is not None:
        yield f"{trial.title}: the zone is {_both(zone)}, where there is none."
    if trial.district is not None and department is None:
        yield f"{trial.title}: no department has it."
    if trial.district is None and department is not None:
        yield f"{trial.title}: {_both(department)} has it, and nobody should."
    distance_m = (answer["nearest"] or {}).get("distance_m", 0.0)
    if trial.district is None and not 0.98 * OUTSIDE_M <= distance_m <= 1.02 * OUTSIDE_M:
        yield f"{trial.title}: the nearest jurisdiction is {distance_m:.0f} m away, not {OUTSIDE_M:.0f} m."
    if not all(answer["explanation"].get(language) for language in ("fa", "en")):
        yield f"{trial.title}: the reasons are not told in both languages."


def _faults_of_list(trial: Trial, answer: Feature, listed: dict[str, Any] | None) -> Iterator[str]:
    """What is wrong with the list of public reports, after one more was filed."""
    if not answer["properties"]["is_public"]:
        if listed is not None:
            yield f"{trial.title}: the report is not public, and is listed all the same."
    elif listed is None:
        yield f"{trial.title}: the report is public, but not in the list."
    elif listed["district_code"] != trial.district:
        yield f"{trial.title}: the list says district {listed['district_code']}, not {trial.district}."
    elif (listed["department_code"] is None) != (trial.district is None):
        yield f"{trial.title}: the list says department {listed['department_code']}."


def _story(trial: Trial, answer: Feature) -> str:
    """What the service answered, for people."""
    properties = answer["properties"]
    places = [f"  {level:<14}{_both(place)}" for level, place in properties["jurisdictions"].items()]
    lines = [
        "",
        trial.title,
        f"  {'place':<14}{trial.place.x:.6f}, {trial.place.y:.6f}",
        f"  {'reference':<14}{answer['id']}",
        *places,
        f"  {'department':<14}{_both(properties['department'])}",
        f"  {'reason':<14}{properties['explanation']['fa']}",
        f"  {'':<14}{properties['explanation']['en']}",
    ]
    return "\n".join(lines)


def _both(named: dict[str, Any] | None) -> str:
    """A name in both languages, or a dash."""
    return f"{named['name_fa']} · {named['name_en']}" if named else "—"
