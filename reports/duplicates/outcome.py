"""One problem, one outcome: the steps of a root are those of all its reports, and everybody hears of them once."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from notifications.models import Channel
from reports.duplicates.reclustering import elect_again
from reports.models import Contact, Report, StatusUpdate, SupporterContact
from reports.models.report import ReportQuerySet
from reports.searches import ask_for_searches
from reports.telling import Listener
from reports.workflow import CLOSED, Status, may_follow

# With them as much of a report as is read: to name all the columns that it has takes longer than to find nobody.
ADDRESSES: Final = ("email", "email_hash", "phone", "phone_hash")
ALONE: Final = frozenset({Status.WAITING})  # one citizen is asked something, not everybody


def carry(*, report: Report, update: StatusUpdate, was: str, alone: bool = False) -> list[int]:
    """What a step of a report means for its cluster, in the step's transaction, after `lock_problem_of`.

    The keys of those that went along.

    The others go along with a root unless it goes `alone`; where a report closes or is taken up again, another may have
    to stand for the cluster, and `was` (its status before) tells so.
    """
    cluster_id = Report.objects.filter(pk=report.pk).values_list("duplicate_cluster", flat=True).first()
    if (was in CLOSED) and (update.status not in CLOSED):  # what came while it was closed may be the same after all
        ask_for_searches([report.pk])
    if cluster_id is None:
        return []
    along = [] if alone else follow(report=report, update=update)
    if (was in CLOSED) != (update.status in CLOSED):
        elect_again(cluster_id=cluster_id)
    return along


def follow(*, report: Report, update: StatusUpdate) -> list[int]:
    """Take the reports of the cluster along with a step of its root; their keys. Of another member: nobody.

    Whoever cannot take this step (closed by itself already, or there before) stays; a reopening takes along those that
    were closed with the root alone. The number of statements does not depend on how many there are.
    """
    if update.status in ALONE:
        return []
    others = Report.objects.filter(duplicate_cluster__root_report=report.pk).exclude(pk=report.pk)
    locked = others.order_by("pk").select_for_update(no_key=True, of=("self",)).values_list("pk", "status")
    going = [key for key, status in locked if may_follow(status, update.status)]
    if update.status not in CLOSED:
        going = _not_closed_by_themselves(going)
    Report.objects.filter(pk__in=going).update(status=update.status, status_at=update.at)
    StatusUpdate.objects.bulk_create(_with(update, key) for key in going)
    return going


def _not_closed_by_themselves(keys: list[int]) -> list[int]:
    steps = StatusUpdate.objects.filter(report__in=keys).order_by("report_id", "-pk").distinct("report_id")
    last = steps.values_list("report_id", "status", "follows")
    return [key for key, status, follows in last if status not in CLOSED or follows is not None]


def _with(update: StatusUpdate, report_id: int) -> StatusUpdate:
    return StatusUpdate(
        report_id=report_id,
        status=update.status,
        reason=update.reason,
        note=update.note,
        actor=update.actor,
        is_public=update.is_public,
        at=update.at,
        by=update.by,
        follows=update,
    )


def audience_of(report: Report, *, update: StatusUpdate | None = None) -> list[Listener]:
    """Everybody who is to hear of a report, each way to reach them once, the first who told it first.

    Of a root: who told or joined any report of its cluster; with `update`, any that took this step along with it. Of
    another member or a report by itself: who told or joined this one. Three statements at most.
    """
    about = _reports_about(report, update)
    reporters = Contact.objects.filter(report__in=about).select_related("report__category")
    reporters = reporters.only(*ADDRESSES, "report__reference", "report__language", "report__category")
    supporters = SupporterContact.objects.filter(supporter__report__in=about)
    supporters = supporters.select_related("supporter__report__category").only(
        *ADDRESSES, "supporter__language", "supporter__report__reference", "supporter__report__category"
    )
    reporters, supporters = reporters.order_by("report__received_at"), supporters.order_by("supporter__at")
    ways = [way for contact in reporters for way in _ways(contact, contact.report, contact.report.language)]
    ways += [
        way for each in supporters for way in _ways(each, each.supporter.report, each.supporter.language, joined=True)
    ]
    return list(_once(ways))


def _reports_about(report: Report, update: StatusUpdate | None) -> ReportQuerySet:
    if update is not None:
        return Report.objects.filter(pk__in=[report.pk, *update.followed_by.values_list("report_id", flat=True)])
    mates = list(Report.objects.filter(duplicate_cluster__root_report=report.pk).values_list("pk", flat=True))
    return Report.objects.filter(pk__in=[report.pk, *mates])


def _ways(contact: Any, report: Report, language: str, *, joined: bool = False) -> Iterator[Listener]:
    ways = [(Channel.EMAIL, contact.email, contact.email_hash), (Channel.SMS, contact.phone, contact.phone_hash)]
    for channel, address, person_hash in ways:
        if address:
            yield Listener(
                channel=channel,
                address=address,
                person_hash=person_hash,
                language=language,
                reference=report.reference,
                category=report.category,
                is_reporter=not joined,
            )


def _once(ways: Iterable[Listener]) -> Iterator[Listener]:
    told: set[tuple[str, str]] = set()
    for way in ways:
        if (way.channel, way.person_hash) not in told:
            told.add((way.channel, way.person_hash))
            yield way
