"""What people hear when a report goes a step further: one message for each way in which they can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from jurisdictions.models import Category
from notifications.models import Channel
from notifications.outbox import NewMessage, put_all
from reports.models import Photo, StatusUpdate
from reports.references import ANSWER, PHOTOS, SOLVED, photo_link, tracking_link
from reports.workflow import CLOSED, Actor, Status

LONGEST_NOTE_IN_SMS: Final = 160  # letters: the page has the whole note
MOST_PHOTOS: Final = 3  # that an e-mail names

_YOURS: Final = {
    Status.RECEIVED: gettext_lazy("Your report “%(category)s” (%(reference)s) is open again."),
    Status.IN_PROGRESS: gettext_lazy("Your report “%(category)s” (%(reference)s) is being worked on."),
    Status.WAITING: gettext_lazy("We have a question about your report “%(category)s” (%(reference)s):"),
    Status.RESOLVED: gettext_lazy("Your report “%(category)s” (%(reference)s) is resolved."),
    Status.REJECTED: gettext_lazy("Your report “%(category)s” (%(reference)s) was closed without being resolved."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One way to reach one person who wants to hear of a problem.

    `reference` is the report that the person told (`is_reporter`) or joined: the one to speak of.
    """

    channel: str
    address: str
    person_hash: str
    language: str
    reference: str
    category: Category
    is_reporter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosOfWork:
    """The photos of a step: the numbers of those that the public sees, and the report that has them ("": none)."""

    public: tuple[int, ...] = ()
    reference: str = ""


def tell(*, listeners: Iterable[Listener], update: StatusUpdate, at: datetime) -> int:
    """Put a message about a public step into the outbox for each of them, in this transaction; how many.

    Of an internal step, and of one that the reporter took, nobody hears; a question is put to the reporter alone. Told
    again of the same step nobody hears anything twice: the key names person and step. The number of statements does
    not depend on how many they are.
    """
    if not update.is_public or update.actor == Actor.REPORTER:
        return 0
    asked_alone = update.status == Status.WAITING
    photos = _photos(update)
    told = [each for each in listeners if each.is_reporter or not asked_alone]
    return put_all([_message(each, update, photos) for each in told], at=at)


def _photos(update: StatusUpdate) -> PhotosOfWork:
    """What the step shows; asked only of the one that may show something."""
    if update.status != Status.RESOLVED:
        return PhotosOfWork()
    photos = Photo.objects.filter(step=update).usable()
    public = photos.public_soon().order_by("number").values_list("number", flat=True)[:MOST_PHOTOS]
    return PhotosOfWork(public=tuple(public), reference=update.report.reference if photos.exists() else "")


def _message(listener: Listener, update: StatusUpdate, photos: PhotosOfWork) -> NewMessage:
    is_email = listener.channel == Channel.EMAIL
    with override(listener.language):
        subject = _("Your report %(reference)s: %(status)s") % _parts(listener, update)
        lines = [_sentence(listener, update), _reason(listener, update), _note(update, whole=is_email)]
        shown = _photo_lines(listener, photos) if is_email else []
        body = "\n".join([*filter(None, lines), *shown, *_link(listener, update)])
    return NewMessage(
        key=f"step:{update.pk}:{listener.channel}:{listener.person_hash}",
        channel=listener.channel,
        to=listener.address,
        subject=subject if is_email else "",
        body=body,
        language=listener.language,
    )


def _parts(listener: Listener, update: StatusUpdate) -> dict[str, str]:
    return {
        "category": listener.category.name(listener.language),
        "reference": listener.reference,
        "status": str(Status(update.status).label),
    }


def _sentence(listener: Listener, update: StatusUpdate) -> str:
    if listener.is_reporter:
        return str(_YOURS[Status(update.status)]) % _parts(listener, update)
    return _("The problem “%(category)s” that you joined (%(reference)s): %(status)s.") % _parts(listener, update)


def _reason(listener: Listener, update: StatusUpdate) -> str:
    if update.reason is None:
        return ""
    return _("Reason: %(reason)s.") % {"reason": update.reason.name(listener.language)}


def _note(update: StatusUpdate, *, whole: bool) -> str:
    return update.note if whole else Truncator(update.note).chars(LONGEST_NOTE_IN_SMS)


def _photo_lines(listener: Listener, photos: PhotosOfWork) -> list[str]:
    """Where the photos of the work are seen: the public ones by anybody, others on the page of who told the report."""
    if photos.public:
        links = [photo_link(photos.reference, number, language=listener.language) for number in photos.public]
        return [_("Photo of the work: %(link)s") % {"link": link} for link in links]
    if listener.is_reporter and listener.reference == photos.reference:
        link = tracking_link(listener.reference, language=listener.language, part=PHOTOS)
        return [_("Your page shows a photo of the work: %(link)s") % {"link": link}]
    return []


def _link(listener: Listener, update: StatusUpdate) -> list[str]:
    """The last line: the reporter's page, at the part that this step opens. Who joined has no such page."""
    if not listener.is_reporter:
        return []
    if update.status in CLOSED:
        link = tracking_link(listener.reference, language=listener.language, part=SOLVED)
        if update.status == Status.REJECTED:  # whoever hears that nothing was done is not asked whether that helped
            return [_("If the problem is still there, tell us here: %(link)s") % {"link": link}]
        return [_("Was it solved? Tell us here: %(link)s") % {"link": link}]
    if update.status == Status.WAITING:
        link = tracking_link(listener.reference, language=listener.language, part=ANSWER)
        return [_("Answer here: %(link)s") % {"link": link}]
    return [tracking_link(listener.reference, language=listener.language)]
