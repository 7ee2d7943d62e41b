"""A report: what a citizen told us, where, and what the public may see of it."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from geo.crs import WGS84
from geo.functions import Geography
from geo.nearness import Box, as_polygon
from geo.world import WorldBox, WorldX, WorldY, shift
from jurisdictions.models import Category, Department, Jurisdiction, Source
from people.access import DEEPEST, Right, Viewer
from people.models import Membership, User
from persian.search import Folded
from reports.models.public_spots import AT, PUBLIC_CELL_LEVEL, WITHIN, is_narrow, values_at, values_within
from reports.workflow import OPEN, Status


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, asked for in sentences; every read starts at `visible_to` or `in_charge_of`."""

    def visible_to(self, viewer: Viewer) -> Self:
        """What the viewer may know of: the public ones, those they track, those in their charge."""
        if viewer.sees_everything:
            return self.all()
        if not viewer.tracked and not viewer.memberships:
            return self.filter(is_public=True)
        return self.filter(Q(is_public=True) | Q(reference__in=viewer.tracked) | _charge_of(viewer, Right.SEE_REPORTS))

    def in_charge_of(self, viewer: Viewer, right: Right = Right.SEE_REPORTS) -> Self:
        """What a member of staff has this right over: nothing for anybody else."""
        if viewer.sees_everything:
            return self.all()
        return self.filter(_charge_of(viewer, right))

    def open(self) -> Self:
        """Those still to be dealt with."""
        return self.filter(status__in=OPEN)

    def publicly_in(self, *, level: str, codes: list[str]) -> Self:
        """Those whose public place lies in one of these jurisdictions of a level."""
        return self.filter(_any_of([Q(public_jurisdictions__contains={level: code}) for code in codes]))

    def publicly_clustered(self) -> Self:
        """Those of which the public may know what they are duplicates of: public ones whose place is exact."""
        return self.filter(is_public=True, category__place_precision_m=0)

    def unaccepted(self) -> Self:
        """The open ones whose department has not said that it takes them."""
        current = Q(assignments__ended_at__isnull=True, assignments__accepted_at__isnull=True)
        return self.open().filter(current, department__isnull=False)

    def contested(self) -> Self:
        """Those that none of the departments asked would have."""
        return self.filter(assignments__ended_at__isnull=True, assignments__is_contested=True)

    def in_hands_of(self, user: User) -> Self:
        """Those that this person has in hand, alone or with a crew."""
        crews = list(user.crews.values_list("pk", flat=True))  # a second join would make the database read everything
        hands = Q(delegations__user=user) | Q(delegations__crew__in=crews)
        return self.filter(hands, delegations__ended_at__isnull=True)

    def with_words(self, words: Sequence[str]) -> Self:
        """Those told in all of these words, as `persian.normalize.fold` has them, published or not."""
        # What is published has its index; of the rest the description itself has one.
        published = reduce(and_, (Q(public_words__contains=word) for word in words))
        rows = self.alias(told=Folded("description"))
        private = reduce(and_, (Q(told__contains=word) for word in words))
        return rows.filter(published | (Q(public_text="") & private))

    def unsought(self) -> Self:
        """Those whose duplicates nobody has looked for since they came, moved or were taken up again."""
        waiting = RawSQL("SELECT report_id FROM reports_unsought", [])
        return self.filter(pk__in=waiting).order_by("-received_at")

    def publicly_at(self, box: WorldBox) -> Self:
        """The public ones in a box of units, by the cells that it touches: few columns of them, see `is_narrow`."""
        return self.filter(RawSQL(AT, values_at(box), output_field=models.BooleanField()))  # noqa: S611 - our own text

    def publicly_within(self, box: Box) -> Self:
        """The public ones whose place lies in a box in degrees, edges included."""
        if not is_narrow(box):
            return self.filter(is_public=True, public_location__intersects=as_polygon(box))
        return self.filter(RawSQL(WITHIN, values_within(box), output_field=models.BooleanField()))  # noqa: S611 - ours

    def newest_first(self) -> Self:
        """In the order of pages: by the server's clock, then by id; both never change."""
        return self.order_by("-received_at", "-id")


def _any_of(conditions: Sequence[Q]) -> Q:
    return reduce(or_, conditions, Q(pk__in=[]))


def _charge_of(viewer: Viewer, right: Right) -> Q:
    """The reports that the memberships with this right reach: a department's, a city's, or a jurisdiction's."""
    memberships = viewer.where(right)
    return _any_of([*map(_reach_of, memberships), *_held_within(memberships)])


def _reach_of(membership: Membership) -> Q:
    if membership.department_id:
        return Q(department=membership.department_id)
    ground = membership.ground
    if ground.root_id is None:
        return Q(root=ground.pk)
    return Q(root=ground.root_id, jurisdictions__contains={ground.level.code: ground.code})


def _held_within(memberships: Sequence[Membership]) -> list[Q]:
    """What departments of a jurisdiction below the city have, wherever it lies: others' ground may be given to them."""
    grounds = [each.jurisdiction_id for each in memberships if each.jurisdiction_id and each.ground.root_id]
    if not grounds:
        return []
    places = (Q(**{f"jurisdiction{'__parent' * up}__in": grounds}) for up in range(DEEPEST))
    # Their keys first: with a subquery in its place the whole table would be read.
    return [Q(department__in=list(Department.objects.filter(_any_of(list(places))).values_list("pk", flat=True)))]


class Report(models.Model):
    """What a citizen told us, at a `location` (WGS 84, longitude before latitude).

    Born only by `reports.intake.submit_report`, changed only by the acts: `reports.handling`, `correcting`,
    `publishing`, `rerouting` and `duplicates`.
    `location`, `description` and `address` are for staff; whatever the public reads, filters, sorts or counts
    by is `public_location`, `public_text`, `public_jurisdictions` and `is_public`. `jurisdictions` maps a level's
    code to a jurisdiction's code ({"district": "9", …}); a level that covers nothing there is absent. `public_x` and
    `public_y` are `public_location` in the square world of `geo.world`, and `public_words` is `public_text` as
    `persian.normalize.fold` has it: the database computes them. `duplicate_cluster` is the problem that the report is
    held to be part of.
    """

    reference = models.CharField(_("reference"), max_length=16, unique=True, editable=False)
    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("city"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="reports", verbose_name=_("category"))
    description = models.TextField(_("description"))
    location = models.PointField(_("location"), srid=WGS84, spatial_index=False)
    accuracy_m = models.FloatField(_("accuracy (m)"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=8, default="fa")
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    device_hash = models.CharField(_("device"), max_length=64, blank=True, editable=False)
    reported_at = models.DateTimeField(_("reported at"), help_text=_("What the citizen's device claims."))
    received_at = models.DateTimeField(_("received at"), help_text=_("The server's clock: for order and deadlines."))

    is_public = models.BooleanField(_("public"), default=False)
    public_location = models.PointField(_("public location"), srid=WGS84, spatial_index=False)
    public_x = models.GeneratedField(
        expression=WorldX("public_location"), output_field=models.IntegerField(), db_persist=True
    )
    public_y = models.GeneratedField(
        expression=WorldY("public_location"), output_field=models.IntegerField(), db_persist=True
    )
    public_text = models.TextField(_("public text"), blank=True)
    public_words = models.GeneratedField(
        expression=Folded("public_text"), output_field=models.TextField(), db_persist=True
    )
    public_jurisdictions = models.JSONField(_("public jurisdictions"), encoder=DjangoJSONEncoder, default=dict)

    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.RECEIVED)
    status_at = models.DateTimeField(_("status since"))
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("department"),
    )
    jurisdictions = models.JSONField(_("jurisdictions"), default=dict)
    duplicate_cluster = models.ForeignKey(
        "reports.DuplicateCluster",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        db_index=False,
        verbose_name=_("problem with several reports"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [
            models.Index(F("received_at").desc(), F("id").desc(), name="reports_report_page"),
            GistIndex(fields=["public_location"], condition=Q(is_public=True), name="reports_report_public_place"),
            # All that a tile draws of a point, and a page is chosen by: the table itself need not be read.
            models.Index(
                F("public_x").bitrightshift(shift(PUBLIC_CELL_LEVEL)),
                F("public_y").bitrightshift(shift(PUBLIC_CELL_LEVEL)),
                include=["public_x", "public_y", "reference", "category", "status", "received_at", "id"],
                condition=Q(is_public=True),
                name="reports_report_public_spot",
            ),
            # By which a report's like are found: of its category, the nearest first, in metres on the ground.
            GistIndex(F("category"), Geography("location"), name="reports_report_like"),
            GistIndex(
                F("category"),
                Geography("public_location"),
                condition=Q(is_public=True),
                name="reports_report_public_like",
            ),
            GistIndex(fields=["location"], name="reports_report_place"),
            GinIndex(
                fields=["public_jurisdictions"],
                opclasses=["jsonb_path_ops"],
                name="reports_report_public_ground",
            ),
            GinIndex(fields=["jurisdictions"], opclasses=["jsonb_path_ops"], name="reports_report_ground"),
            models.Index(
                fields=["duplicate_cluster"],
                condition=Q(duplicate_cluster__isnull=False),
                name="reports_report_duplicates",
            ),
            # The inboxes: what is open, of a department and of everybody.
            models.Index(
                F("department"),
                F("received_at").desc(),
                F("id").desc(),
                condition=Q(status__in=sorted(OPEN)),
                name="reports_report_inbox",
            ),
            models.Index(
                F("received_at").desc(),
                F("id").desc(),
                condition=Q(status__in=sorted(OPEN)),
                name="reports_report_open",
            ),
            models.Index(
                F("received_at").desc(),
                F("id").desc(),
                condition=Q(status=Status.WAITING),
                name="reports_report_waiting",
            ),
            GinIndex(
                OpClass(Folded("description"), name="gin_trgm_ops"),
                condition=Q(public_text=""),
                name="reports_report_private_words",
            ),
            GinIndex(fields=["public_words"], opclasses=["gin_trgm_ops"], name="reports_report_public_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="reports_report_status_known"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="reports_report_source_known"),
            models.CheckConstraint(
                condition=Q(accuracy_m__isnull=True) | Q(accuracy_m__gte=0),
                name="reports_report_accuracy_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
