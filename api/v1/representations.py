"""Single objects on their way out: a report or a route as a GeoJSON Feature."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import override
from rest_framework import serializers
from rest_framework_gis.fields import GeometrySerializerMethodField
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from api.v1.photo_shapes import public_photos
from geo.features import DECIMALS
from jurisdictions.explanations import explanations
from jurisdictions.models import Jurisdiction, Level
from jurisdictions.routing import Method, Place, Route, route_from_json
from reports.deadlines import deadline_of
from reports.explaining import explanation_of
from reports.models import Assignment, Report
from reports.references import tracking_link
from reports.workflow import Status

Names = dict[str, str]


class ReportSerializer(GeoFeatureModelSerializer):
    """A report: the public's columns, or (`insider` in the context) what its reporter and its office may see.
    `is_new` spares a new one the question for what it cannot have yet.

    A coarse place hides what would sharpen it: the true jurisdictions, the department, the reasons.
    """

    place = GeometrySerializerMethodField()
    category = serializers.CharField(source="category.code")
    category_name_fa = serializers.CharField(source="category.name_fa")
    category_name_en = serializers.CharField(source="category.name_en")
    text = serializers.SerializerMethodField()
    status_name_fa = serializers.SerializerMethodField()
    status_name_en = serializers.SerializerMethodField()
    department = serializers.SerializerMethodField()
    jurisdictions = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()
    expected_at = serializers.SerializerMethodField()
    deadline_kept = serializers.SerializerMethodField()
    status_updates = serializers.SerializerMethodField()
    photos = serializers.SerializerMethodField()

    class Meta:
        model = Report
        geo_field = "place"
        id_field = "reference"
        fields = [
            "reference",
            "place",
            "category",
            "category_name_fa",
            "category_name_en",
            "status",
            "status_name_fa",
            "status_name_en",
            "text",
            "reported_at",
            "received_at",
            "department",
            "jurisdictions",
            "explanation",
            "expected_at",
            "deadline_kept",
            "status_updates",
            "photos",
        ]

    def to_representation(self, instance: Report) -> dict[str, Any]:
        """The Feature; its reference is both its id and a property, and the codes stand flat beside the names."""
        feature: dict[str, Any] = super().to_representation(instance)
        places = feature["properties"]["jurisdictions"]
        feature["properties"] = {
            "reference": instance.reference,
            **feature["properties"],
            **{f"{level}_code": place["code"] if place else None for level, place in places.items()},
            **self._parent(instance),
        }
        return feature

    def _parent(self, report: Report) -> dict[str, Any]:
        """Whether it is a duplicate, and of which report; as far as the viewer may know."""
        if report.duplicate_cluster_id is None:
            return {"duplicate": False, "parent": None}
        # Found by the key: the problem may have ended since the report was read.
        roots = Report.objects.filter(rooted_clusters=report.duplicate_cluster_id).exclude(pk=report.pk)
        if not self._insider:
            roots = roots.publicly_clustered() if self._shows_decision(report) else roots.none()
        parent = roots.values_list("reference", flat=True).first()
        return {"duplicate": parent is not None, "parent": parent}

    def get_place(self, report: Report) -> Point:
        """Where it is, as far as the viewer may know."""
        return report.location if self._insider else report.public_location

    def get_text(self, report: Report) -> str:
        """What was told, or what of it is published."""
        return report.description if self._insider else report.public_text

    def get_status_name_fa(self, report: Report) -> str:
        """The status in Persian."""
        return status_name(report.status, "fa")

    def get_status_name_en(self, report: Report) -> str:
        """The status in English."""
        return status_name(report.status, "en")

    def get_department(self, report: Report) -> Names | None:
        """Who has it."""
        if report.department is None or not self._shows_decision(report):
            return None
        return {
            "code": report.department.code,
            "name_fa": report.department.name_fa,
            "name_en": report.department.name_en,
        }

    def get_jurisdictions(self, report: Report) -> dict[str, Names | None]:
        """The jurisdiction at each level, or null."""
        codes = report.jurisdictions if self._insider else report.public_jurisdictions
        return named_places(report.root_id, codes)

    def get_explanation(self, report: Report) -> dict[str, str] | None:
        """Why that department, in both languages."""
        if not self._shows_decision(report):
            return None
        assignments = Assignment.objects.select_related("department", "declined_by")
        return explanation_of(assignments.get(report=report, ended_at__isnull=True))

    def get_expected_at(self, report: Report) -> str | None:
        """By when it is to be resolved; service levels differ from place to place, so a coarse place hides it."""
        deadline = deadline_of(report) if self._shows_decision(report) else None
        return deadline.due_at.isoformat() if deadline and deadline.due_at else None

    def get_deadline_kept(self, report: Report) -> bool | None:
        """Whether it was closed by then; null while it is open."""
        deadline = deadline_of(report) if self._shows_decision(report) else None
        return deadline.is_kept if deadline else None

    def get_status_updates(self, report: Report) -> list[dict[str, str]]:
        """The public steps, oldest first."""
        return [
            {"status": step.status, "at": step.at.isoformat(), "note": step.note}
            for step in report.status_updates.filter(is_public=True).order_by("at", "id")
        ]

    def get_photos(self, report: Report) -> list[dict[str, Any]]:
        """The public ones; a reporter and the staff read of the others at the report's own /photos."""
        return [] if self.context.get("is_new") else public_photos(report.pk)

    @property
    def _insider(self) -> bool:
        return bool(self.context.get("insider"))

    def _shows_decision(self, report: Report) -> bool:
        return self._insider or report.category.place_precision_m == 0


def status_name(status: str, language: str) -> str:
    """A status as people call it."""
    with override(language):
        return str(Status(status).label)


def named_places(root_id: int, codes: dict[str, str]) -> dict[str, Names | None]:
    """Each level's jurisdiction with its names; null where a level has none there."""
    found = {
        place.level.code: place
        for place in Jurisdiction.objects.filter(root_id=root_id, code__in=codes.values()).select_related("level")
        if codes.get(place.level.code) == place.code
    }
    return {
        level: {"code": found[level].code, "name_fa": found[level].name_fa, "name_en": found[level].name_en}
        if level in found
        else None
        for level in lower_levels()
    }


def lower_levels() -> list[str]:
    """The codes of all levels below the city, the largest ground first."""
    return list(Level.objects.below_city().values_list("code", flat=True))


def new_report(report: Report) -> dict[str, Any]:
    """The answer to filing: the report as its reporter sees it, with the reasons and the tracking link."""
    feature = dict(ReportSerializer(report, context={"insider": True, "is_new": True}).data)
    route = route_from_json(Assignment.objects.get(report=report, ended_at__isnull=True).route)
    feature["properties"] |= {
        **_decision(route),
        "is_public": report.is_public,
        "tracking_link": tracking_link(report.reference, language=report.language),
    }
    return feature


def route_feature(route: Route) -> dict[str, Any]:
    """The answer of the route endpoint: one property a level, each with code and names or null."""
    [only] = route_features([route])
    return only


def route_features(routes: Sequence[Route]) -> list[dict[str, Any]]:
    """The same of many routes, in their order."""
    return [_route_feature(*each) for each in zip(routes, explanations(routes), strict=True)]


def _route_feature(route: Route, said: dict[str, str]) -> dict[str, Any]:
    return point_feature(lon=route.asked.lon, lat=route.asked.lat) | {
        "properties": {
            "city": route.city,
            "category": route.category.code if route.category else None,
            "on": route.on.isoformat(),
            "at": route.at.isoformat() if route.at else None,
            **{level: _names(route.places.get(level)) for level in route.levels},
            "department": _names(route.department),
            **_decision(route),
            "rule_id": route.rule_id,
            "function": route.function,
            "escalated": route.escalated,
            "passed_over": list(route.passed_over),
            "boundary_id": route.decided_by.boundary_id,
            "explanation": said,
        }
    }


def point_feature(*, lon: float, lat: float) -> dict[str, Any]:
    """A Feature at a place, still without properties."""
    coordinates = [round(lon, DECIMALS), round(lat, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": coordinates}, "properties": {}}


def _candidates(route: Route) -> list[dict[str, Any]]:
    """Who would decide in each part of the phone's circle, the largest part first."""
    return [
        _place(each.place) | {"department": _names(each.department), "share": each.share} for each in route.candidates
    ]


def _names(named: Any) -> Names | None:
    return {"code": named.code, "name_fa": named.name_fa, "name_en": named.name_en} if named else None


def _decision(route: Route) -> dict[str, Any]:
    """How the jurisdiction was found, and who else might have answered."""
    return {
        "method": str(route.method),
        "edge_m": route.edge_m,
        "near_boundary": route.near_boundary,
        "nearest": _beyond(route),
        "runners_up": _runners_up(route),
        "ambiguous": route.ambiguous,
        "candidates": _candidates(route),
    }


def _beyond(route: Route) -> dict[str, Any] | None:
    """The jurisdiction that is nearest, where none covers the place."""
    return None if route.method == Method.COVERS else _place(route.decided_by) | {"distance_m": route.edge_m}


def _runners_up(route: Route) -> list[dict[str, Any]]:
    return [
        _place(each.place) | {"department": _names(each.department), "distance_m": each.distance_m}
        for each in route.runners_up
    ]


def _place(place: Place) -> dict[str, Any]:
    return {name: value for name, value in asdict(place).items() if name != "boundary_id"}
