"""Photos of a report, before and after; the files that hold them; and photos that are still on their way."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Distance
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.crs import WGS84
from jurisdictions.models import Moderation
from people.access import Right, Viewer
from reports.models.report import Report
from reports.models.status import StatusUpdate

PRIVATE, PUBLIC = "photos/private", "photos/public"
SMALL = "-small"  # the end of a thumbnail's name


class PhotoKind(models.TextChoices):
    """What a photo shows."""

    BEFORE = "before", _("before the work")
    AFTER = "after", _("after the work")


class PhotoState(models.TextChoices):
    """How far a photo has come."""

    RECEIVED = "received", _("being prepared")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")


class Refusal(models.TextChoices):
    """Why the worker did not take a photo."""

    DAMAGED = "damaged", _("The file is damaged or was cut short.")
    TOO_MANY_PIXELS = "too_many_pixels", _("The picture has more pixels than we can take.")
    NOT_ONLY_A_PHOTO = "not_only_a_photo", _("The file holds more than a photo.")
    TOO_HARD = "too_hard", _("The file could not be decoded within the limits.")


class Mime(models.TextChoices):
    """The kinds of files that are taken; documents from the staff alone."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"
    HEIC = "image/heic", "HEIC"
    PDF = "application/pdf", "PDF"


DOCUMENTS = frozenset({Mime.PDF})
IS_SHOWN = Q(is_public=True, report__is_public=True)


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos, asked for in sentences; what somebody is shown starts at `visible_to` or `public`."""

    def public(self) -> Self:
        """Those that anybody may see now, with copies made for the public."""
        return self.filter(IS_SHOWN).exclude(public_rendition="")

    def public_soon(self) -> Self:
        """Those, and those that the public is to see as soon as the worker has got to them."""
        decoded = Q(state=PhotoState.RECEIVED, report__category__moderation=Moderation.AT_ONCE)
        pictures = self.exclude(mime__in=DOCUMENTS)
        return pictures.filter(Q(is_public=True) | decoded, report__is_public=True)

    def visible_to(self, viewer: Viewer) -> Self:
        """The public ones; those that came from the reporters who ask, or with a step told to them; those in charge."""
        if viewer.sees_everything:
            return self.all()
        shown = IS_SHOWN & ~Q(public_rendition="")
        if viewer.tracked:
            told = Q(from_reporter=True) | Q(step__is_public=True, mime__startswith="image/")
            shown |= Q(report__reference__in=viewer.tracked) & told
        if viewer.memberships:
            shown |= Q(report__in=Report.objects.in_charge_of(viewer, Right.SEE_REPORTS))
        return self.filter(shown)

    def usable(self) -> Self:
        """Pictures that are ready or will be; not what was refused, and no documents."""
        return self.exclude(state=PhotoState.REFUSED).exclude(mime__in=DOCUMENTS)

    def due(self, *, at: datetime) -> Self:
        """Those that a worker is to take."""
        return self.filter(state=PhotoState.RECEIVED, due_at__lte=at)

    def without_copies(self) -> Self:
        """Those that the public may see, and cannot yet."""
        return self.filter(IS_SHOWN, public_rendition="")

    def with_gps_distance(self) -> Self:
        """Each with `gps_distance`: how far from the report's place the camera says it was (None: it does not say)."""
        return self.annotate(gps_distance=Distance("gps", F("report__location"), spheroid=True))


class Photo(models.Model):
    """One photo, or one document of the staff.

    `original` is the file as it came, private, "" once it is dropped: kept only where the sender consented
    (`keeps_original`), as `gps` (WGS 84) is. `rendition` and `public_rendition` name two files each, the view and the
    thumbnail; "" where there are none. Nothing is public whose `is_public` or whose report's is not, and public copies
    carry the `redactions`: [x, y, width, height] as parts (0 to 1) of the upright picture. `width` and `height` are
    those of the view. Made by `reports.photos.adding`, changed by `reports.photos` alone.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="photos", verbose_name=_("report"))
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=PhotoKind.choices, default=PhotoKind.BEFORE)
    step = models.ForeignKey(
        StatusUpdate, models.SET_NULL, null=True, blank=True, related_name="photos", verbose_name=_("status update")
    )
    from_reporter = models.BooleanField(_("from the reporter"), default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))

    mime = models.CharField(_("format"), max_length=20, choices=Mime.choices)
    bytes = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    original = models.CharField(_("original"), max_length=80, blank=True, editable=False)
    keeps_original = models.BooleanField(_("the original and its place may be kept"), default=False)

    state = models.CharField(_("state"), max_length=10, choices=PhotoState.choices, default=PhotoState.RECEIVED)
    refusal = models.CharField(_("refusal"), max_length=20, choices=Refusal.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    rendition = models.CharField(_("rendition"), max_length=40, blank=True, editable=False)
    width = models.PositiveSmallIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveSmallIntegerField(_("height"), null=True, blank=True)
    perceptual_hash = models.BigIntegerField(_("perceptual hash"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True, help_text=_("What the camera claims."))
    gps = models.PointField(_("taken at the place"), srid=WGS84, null=True, blank=True, spatial_index=False)

    is_public = models.BooleanField(_("public"), default=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    redactions = models.JSONField(_("covered"), default=list, blank=True)
    public_rendition = models.CharField(_("public rendition"), max_length=40, blank=True, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="received"), name="reports_photo_due"),
            models.Index(
                fields=["id"], condition=Q(is_public=True, public_rendition=""), name="reports_photo_without_copies"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="reports_photo_number_unique"),
            models.UniqueConstraint(fields=["report", "sha256"], name="reports_photo_once_a_report"),
            models.UniqueConstraint(
                fields=["public_rendition"], condition=~Q(public_rendition=""), name="reports_photo_public_unique"
            ),
            models.CheckConstraint(condition=Q(kind__in=PhotoKind.values), name="reports_photo_kind_known"),
            models.CheckConstraint(condition=Q(state__in=PhotoState.values), name="reports_photo_state_known"),
            models.CheckConstraint(condition=Q(mime__in=Mime.values), name="reports_photo_mime_known"),
            models.CheckConstraint(
                condition=(Q(state="refused") & Q(refusal__in=Refusal.values)) | (~Q(state="refused") & Q(refusal="")),
                name="reports_photo_refused_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="received", due_at__isnull=False) | (~Q(state="received") & Q(due_at__isnull=True)),
                name="reports_photo_received_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(mime="application/pdf")
                | (Q(width__gt=0, height__gt=0) & ~Q(rendition="")),
                name="reports_photo_ready_has_renditions",
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | (Q(state="ready") & ~Q(mime="application/pdf")),
                name="reports_photo_public_is_a_ready_picture",
            ),
            models.CheckConstraint(
                condition=Q(public_rendition="") | Q(is_public=True), name="reports_photo_copies_are_of_public_ones"
            ),
            models.CheckConstraint(
                condition=Q(keeps_original=True) | Q(gps__isnull=True), name="reports_photo_place_by_consent"
            ),
            models.CheckConstraint(condition=Q(bytes__gt=0), name="reports_photo_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="reports_photo_sha256_whole"),
        ]

    @property
    def is_document(self) -> bool:
        """Whether it is no picture at all."""
        return self.mime in DOCUMENTS

    def __str__(self) -> str:
        return f"{self.report} · {self.number}"


class StoredFile(models.Model):
    """A file in the storage of photos. There is none without a row: it is written before the file.

    From `doomed_at` on the file is to be deleted; a row that a photo needs has none. The database dooms the files of a
    photo that is deleted, and the public copies of a report that is hidden, whoever does it.
    """

    name = models.CharField(max_length=80, unique=True)
    photo_id = models.BigIntegerField(null=True)  # no foreign key: the row outlives the photo
    doomed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["photo_id"], name="reports_storedfile_photo"),
            models.Index(fields=["doomed_at"], condition=Q(doomed_at__isnull=False), name="reports_storedfile_doomed"),
        ]

    def __str__(self) -> str:
        return self.name


class PhotoUpload(models.Model):
    """A photo that arrives in pieces (tus 1.0). `key` is the unguessable part of its address.

    `pieces` are names of stored files and their bytes, in order; `received` is their sum.
    """

    key = models.CharField(max_length=43, unique=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=PhotoKind.choices)
    mime = models.CharField(max_length=40, blank=True)
    keeps_original = models.BooleanField(default=False)
    from_reporter = models.BooleanField()
    documents = models.BooleanField(default=False)  # whether its sender may send documents
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    length = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    pieces = models.JSONField(default=list)
    photo = models.ForeignKey(Photo, models.CASCADE, null=True, related_name="+")
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(length__gt=0, received__lte=F("length")), name="reports_photoupload_within_length"
            ),
            models.CheckConstraint(condition=Q(kind__in=PhotoKind.values), name="reports_photoupload_kind_known"),
            models.CheckConstraint(
                condition=Q(photo__isnull=True) | Q(received=F("length")), name="reports_photoupload_whole_or_no_photo"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
