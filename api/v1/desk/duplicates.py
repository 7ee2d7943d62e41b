"""Problems with several reports at a desk: what they consist of, and what the staff decide about them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import viewer_of
from api.errors import Fault, Problem, refusal
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public, SignedIn
from api.v1.bodies import OneOf, StrictSerializer, validated
from api.v1.cluster_pages import act_of, cluster_page, links_page
from api.v1.desk import schema
from api.v1.desk.reading import LONGEST_NOTE, forbidden, own_report
from api.v1.fields import ReferencesField, TextField
from people.access import Right, Viewer
from reports import duplicates
from reports.models import DuplicateAct, Report
from reports.references import as_reference

MOST = 100  # reports named in one act


class MergeSerializer(StrictSerializer):
    """The reports that are one problem."""

    reports = ReferencesField(min_length=1, max_length=MOST)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class SplitSerializer(StrictSerializer):
    """The members that are not part of it."""

    members = ReferencesField(min_length=1, max_length=MOST)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class MemberSerializer(StrictSerializer):
    """The report that belongs here."""

    report = TextField(max_length=40)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class DecisionSerializer(StrictSerializer):
    """The other report, and whether it is the same problem."""

    other = TextField(max_length=40)
    decision = OneOf(choices=["same", "not_same"])
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class UndoSerializer(StrictSerializer):
    """Why."""

    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class ClusterView(APIView):
    """One problem, by the reference of any of its reports."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="readDuplicateCluster", responses=schema.CLUSTER)
    def get(self, request: Request, reference: str) -> Response:
        """Read a problem with several reports: these, as far as you may know of them, and how many people wait.

        In your charge (`see_reports`): with all its reports there, their links with the reasons, and what was decided.
        """
        Params(request.GET, known=[])
        viewer = viewer_of(request)
        asked = as_reference(reference)
        seen = Report.objects.visible_to(viewer).filter(reference=asked) if asked else Report.objects.none()
        page = cluster_page(seen.select_related("duplicate_cluster").first(), viewer)
        if page is None:
            detail = _("There is no problem with several reports that this one is part of.")
            raise Problem(status=404, code="not_found", detail=detail)
        return Response(page)


class MergeView(APIView):
    """The door for reports that are one problem."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="mergeReports", request=MergeSerializer, responses=schema.CLUSTER_ACT)
    def post(self, request: Request) -> Response:
        """Hold reports, with the problems that they are part of, to be one. The right: `merge`, over each of them."""
        given, (viewer, reports) = _read(request, MergeSerializer, "reports")
        return _act(viewer, lambda **more: duplicates.merge(reports=reports, **more), given)


class SplitView(APIView):
    """The door for reports that are another problem."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="splitCluster", request=SplitSerializer, responses=schema.CLUSTER_ACT)
    def post(self, request: Request, reference: str) -> Response:
        """Take members out of a problem for good; together they are one of their own. The right: `merge`, over each."""
        viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        given, (viewer, members) = _read(request, SplitSerializer, "members")
        outside = [each.reference for each in members if each.duplicate_cluster_id != report.duplicate_cluster_id]
        if outside or report.duplicate_cluster_id is None:
            raise _problem(duplicates.NotInCluster(outside or [report.reference]))
        return _act(viewer, lambda **more: duplicates.split(reports=members, **more), given)


class MembersView(APIView):
    """The reports of a problem."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="moveToCluster", request=MemberSerializer, responses=schema.CLUSTER_ACT)
    def post(self, request: Request, reference: str) -> Response:
        """Move a report here, out of the problem that it was part of. The right: `merge`, over both."""
        viewer, target = own_report(request, reference, Right.MERGE)
        given, (viewer, [report]) = _read(request, MemberSerializer, "report")
        return _act(viewer, lambda **more: duplicates.move(report=report, to=target, **more), given)


class DuplicatesView(APIView):
    """What a report is like."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="listDuplicates", responses=schema.CLUSTER_LINKS)
    def get(self, request: Request, reference: str) -> Response:
        """List a report's links, the likeliest first, with their reasons: suggestions, and what was decided.

        The right: `see_reports`; of others you see what anybody may.
        """
        Params(request.GET, known=[])
        viewer, report = own_report(request, reference, Right.SEE_REPORTS)
        return Response(links_page(report, viewer))

    @extend_schema(operation_id="decideDuplicate", request=DecisionSerializer, responses=schema.CLUSTER_ACT)
    def post(self, request: Request, reference: str) -> Response:
        """Accept that another report is the same problem, or reject it for good. The right: `merge`, over both."""
        viewer, report = own_report(request, reference, Right.MERGE)
        given, (viewer, [other]) = _read(request, DecisionSerializer, "other")
        decide = duplicates.accept if given.pop("decision") == "same" else duplicates.reject
        return _act(viewer, lambda **more: decide(one=report, other=other, **more), given)


class UndoView(APIView):
    """The way back."""

    permission_classes = [SignedIn]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(operation_id="undoDuplicateAct", request=UndoSerializer, responses=schema.CLUSTER_ACT)
    def post(self, request: Request, number: int) -> Response:
        """Take an act back: links, clusters and statuses are as before. The right: `merge`, over all it named."""
        Params(request.GET, known=[])
        viewer = viewer_of(request)
        act = DuplicateAct.objects.filter(pk=number).first()
        named = Report.objects.filter(duplicate_acts=act) if act else Report.objects.none()
        mine = Report.objects.in_charge_of(viewer, Right.MERGE).filter(pk__in=named.values("pk")).count()
        if act is None or not mine:
            raise Problem(status=404, code="not_found", detail=_("There is no such act."))
        if mine < named.count():
            raise forbidden(_("This report is not yours to do this with."))
        given = validated(UndoSerializer(data=request.data))
        return _act(viewer, lambda **more: duplicates.undo(act=act, **more), given)


def _read(
    request: Request, serializer: type[StrictSerializer], member: str
) -> tuple[dict[str, Any], tuple[Viewer, list[Report]]]:
    """What is sent, and the reports that one of its members names, over each of which the asker has the right."""
    Params(request.GET, known=[])
    given = validated(serializer(data=request.data))
    named = given.pop(member)
    return given, _own_reports(request, [named] if isinstance(named, str) else named, member)


def _own_reports(request: Request, references: Sequence[str], member: str) -> tuple[Viewer, list[Report]]:
    viewer = viewer_of(request)
    asked = [as_reference(each) for each in references]
    found = {
        each.reference: each for each in Report.objects.visible_to(viewer).filter(reference__in=filter(None, asked))
    }
    unknown = [number for number, each in enumerate(asked) if each not in found]
    if unknown:
        detail = _("There is no report with this reference.")
        names = [f"{member}[{number}]" if len(references) > 1 else member for number in unknown]
        raise refusal([Fault(field=name, code="unknown_report", detail=detail) for name in names])
    reports = [found[each or ""] for each in asked]
    keys = {each.pk for each in reports}
    if Report.objects.in_charge_of(viewer, Right.MERGE).filter(pk__in=keys).count() < len(keys):
        raise forbidden(_("This report is not yours to do this with."))
    return viewer, reports


def _act(viewer: Viewer, verb: Callable[..., DuplicateAct], given: dict[str, Any]) -> Response:
    try:
        act = verb(by=viewer.user, at=timezone.now(), note=given.get("note", ""))
    except duplicates.REFUSALS as error:
        raise _problem(error) from error
    return Response(act_of(act, viewer))


def _problem(error: Exception) -> Problem:
    """The refusal of an act, with what is needed to see why."""
    more: dict[str, Any] = {}
    if isinstance(error, duplicates.HeldApart):
        more = {"pairs": [list(pair) for pair in error.pairs]}
    elif isinstance(error, duplicates.NotInCluster):
        more = {"references": list(error.references)}
    elif isinstance(error, duplicates.DecidedSince):
        more = {"acts": list(error.acts)}
    status, code = _CODES[type(error)]
    return Problem(status=status, code=code, detail=duplicates.sentence_of(error), more=more)


_CODES: dict[type[Exception], tuple[int, str]] = {
    duplicates.DecidedSince: (409, "decided_since"),
    duplicates.HeldApart: (409, "held_apart"),
    duplicates.InOtherCities: (422, "other_city"),
    duplicates.NobodyLeft: (422, "nobody_left"),
    duplicates.NotInCluster: (409, "not_in_cluster"),
    duplicates.TogetherAlready: (409, "together_already"),
    duplicates.TooLarge: (422, "too_many_at_once"),
    duplicates.TooManyPairs: (422, "too_many_at_once"),
    duplicates.UndoneAlready: (409, "undone_already"),
    duplicates.WithItself: (422, "same_report"),
}
