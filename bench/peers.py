"""Peers that can be installed here, giving what ours gives, written as their own documents would have it."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework_gis.filters import InBBoxFilter
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from bench.questions import PAGE
from reports.models import Report


class ReportFeature(GeoFeatureModelSerializer):  # type: ignore[misc]  # it has no types
    """The properties of our list."""

    category = serializers.CharField(source="category.code")
    text = serializers.CharField(source="public_text")
    department_code = serializers.SerializerMethodField()
    duplicate = serializers.SerializerMethodField()
    parent = serializers.SerializerMethodField()
    district_code = serializers.CharField(source="public_jurisdictions.district", default=None)
    zone_code = serializers.CharField(source="public_jurisdictions.zone", default=None)
    neighborhood_code = serializers.CharField(source="public_jurisdictions.neighborhood", default=None)

    class Meta:
        model = Report
        geo_field = "public_location"
        id_field = "reference"
        fields = [
            "reference",
            "category",
            "status",
            "received_at",
            "reported_at",
            "text",
            "department_code",
            "duplicate",
            "parent",
            "district_code",
            "zone_code",
            "neighborhood_code",
        ]

    def get_department_code(self, report: Report) -> str | None:
        """The department, where the place is no secret."""
        if report.category.place_precision_m or report.department is None:
            return None
        return report.department.code

    def get_duplicate(self, report: Report) -> bool:
        """Whether it is one of another report's problem."""
        return self.get_parent(report) is not None

    def get_parent(self, report: Report) -> str | None:
        """The report that stands for its problem, where both places are no secret."""
        if report.duplicate_cluster is None or report.category.place_precision_m:
            return None
        root = report.duplicate_cluster.root_report
        hidden = root.pk == report.pk or not root.is_public or root.category.place_precision_m
        return None if hidden else root.reference


class BBox(InBBoxFilter):  # type: ignore[misc]  # it has no types
    """Its own filter, under the name of our parameter."""

    bbox_param = "bbox"


class ReportList(ListAPIView[Report]):
    """djangorestframework-gis over the same rows, without the count that its pagination would add."""

    # As the framework comes, not as our settings have it.
    authentication_classes = []
    permission_classes = []
    renderer_classes = [JSONRenderer]
    content_negotiation_class = DefaultContentNegotiation
    queryset = (
        Report.objects.filter(is_public=True)
        .select_related("category", "department", "duplicate_cluster__root_report__category")
        .newest_first()
    )
    serializer_class = ReportFeature
    filter_backends = [BBox]
    bbox_filter_field = "public_location"

    def filter_queryset(self, queryset: QuerySet[Report, Any]) -> QuerySet[Report, Any]:
        """One page of what the filter leaves."""
        return super().filter_queryset(queryset)[:PAGE]
