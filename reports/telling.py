"""What people hear when a report goes a step further: one message for each way in which they can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from jurisdictions.models import Category
from notifications.models import Channel
from notifications.outbox import NewMessage, put_all
from reports.models import StatusUpdate
from reports.references import tracking_link
from reports.workflow import Status


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


def tell(*, listeners: Iterable[Listener], update: StatusUpdate, at: datetime) -> int:
    """Put a message about a public step into the outbox for each of them, in this transaction; how many.

    Told again of the same step, nobody hears anything: the key names person and step.
    """
    if not update.is_public:
        return 0
    return put_all([_message(each, update) for each in listeners], at=at)


def _message(listener: Listener, update: StatusUpdate) -> NewMessage:
    with override(listener.language):
        subject = _("Your report %(reference)s") % {"reference": listener.reference}
        body = "\n".join(
            part
            for part in (_sentence(listener, update), _reason(listener, update), update.note, _link(listener))
            if part
        )
    return NewMessage(
        key=f"step:{update.pk}:{listener.channel}:{listener.person_hash}",
        channel=listener.channel,
        to=listener.address,
        subject=subject if listener.channel == Channel.EMAIL else "",
        body=body,
        language=listener.language,
    )


def _sentence(listener: Listener, update: StatusUpdate) -> str:
    parts = {
        "category": listener.category.name(listener.language),
        "reference": listener.reference,
        "status": Status(update.status).label,
    }
    if listener.is_reporter:
        return _("Your report “%(category)s” (%(reference)s): %(status)s.") % parts
    return _("The problem “%(category)s” that you joined (%(reference)s): %(status)s.") % parts


def _reason(listener: Listener, update: StatusUpdate) -> str:
    return update.reason.name(listener.language) if update.reason else ""


def _link(listener: Listener) -> str:
    return tracking_link(listener.reference, language=listener.language) if listener.is_reporter else ""
