"""One problem, many people: who has joined a report instead of telling it again, and how many wait for its end."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from django.db import transaction

from people.models import User
from reports.contacts import NewContact, keyed_hash
from reports.models import Report, Supporter, SupporterContact
from reports.workflow import CLOSED


class NobodyInParticular(Exception):
    """Neither account nor device, telephone or e-mail: the person could not be told from another."""


class OwnReport(Exception):
    """This device has told the report, and is counted as who told it."""


class ProblemClosed(Exception):
    """What is closed is not waited for: whoever sees it again tells it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, by whatever names them; each part may be missing."""

    user: User | None = None
    device_id: str = ""
    contact: NewContact = field(default_factory=NewContact)

    @property
    def certain(self) -> list[str]:
        """The keyed hashes of what others do not know, and nobody is told of without it: account and device."""
        account = keyed_hash("account", str(self.user.pk) if self.user else "")
        return [each for each in (account, keyed_hash("device", self.device_id)) if each]

    @property
    def hashes(self) -> list[str]:
        """The keyed hashes of all that names the person, the most certain first."""
        contact = keyed_hash("phone", self.contact.phone), keyed_hash("email", self.contact.email.lower())
        return [*self.certain, *(each for each in contact if each)]


@transaction.atomic
def support(*, report: Report, person: Person, language: str, at: datetime) -> bool:
    """Let a person join a report; False where that account or device has joined before (what is new of the contact is
    kept). Always True for a telephone or an e-mail alone: whether these are known here is not for who types them.

    Counts for the whole problem that the report is part of, now or later. Raises NobodyInParticular, OwnReport,
    ProblemClosed.
    """
    hashes, certain = person.hashes, person.certain
    if not hashes:
        raise NobodyInParticular
    # One after the other with whoever closes it: who has joined in time is among those who are told.
    locked = Report.objects.select_for_update(no_key=True).get(pk=report.pk)
    if locked.device_hash in certain:
        raise OwnReport
    if _is_closed(locked):
        raise ProblemClosed
    supporter = _supporter(locked, certain or hashes)
    is_new = supporter is None
    if supporter is None:
        who = {"person_hash": hashes[0], "user": person.user, "language": language}
        supporter = Supporter.objects.create(report=locked, at=at, **who)
    _keep(supporter, person.contact, is_sure=is_new or bool(certain))
    return is_new or not certain


@transaction.atomic
def withdraw(*, report: Report, person: Person) -> bool:
    """Take the support of an account or a device back, with what was known of the contact; False without any."""
    supporter = _supporter(report, person.certain)
    return supporter is not None and bool(supporter.delete()[0])


def _supporter(report: Report, hashes: Collection[str]) -> Supporter | None:
    """The person among the report's supporters."""
    return Supporter.objects.filter(report=report, person_hash__in=hashes).first()


def _is_closed(report: Report) -> bool:
    """Whether nobody works on it any more: neither on the report nor on the problem it is part of."""
    if report.status not in CLOSED:
        return False
    cluster_id = report.duplicate_cluster_id
    return cluster_id is None or not Report.objects.filter(duplicate_cluster=cluster_id).open().exists()


def _keep(supporter: Supporter, contact: NewContact, *, is_sure: bool) -> None:
    """Keep where to reach the person; who is known by a telephone or an e-mail alone only adds what is not there.

    Others may know these too, and are not to lead away what the person is told.
    """
    if not contact.phone and not contact.email:
        return
    kept = SupporterContact.objects.filter(supporter=supporter).first() or SupporterContact(supporter=supporter)
    if contact.phone and (is_sure or not kept.phone):
        kept.phone, kept.phone_hash = contact.phone, keyed_hash("phone", contact.phone)
    if contact.email and (is_sure or not kept.email):
        kept.email, kept.email_hash = contact.email, keyed_hash("email", contact.email.lower())
    kept.save()


def people_waiting(reports: Collection[Report], *, for_staff: bool = False) -> dict[int, int]:
    """How many people have told of the problem of each of these reports (by key) or joined it; two queries.

    Somebody who has told it twice, or told and joined, is one: for the staff by account, device, telephone or e-mail,
    whichever two tellings have in common. The public's number knows accounts and devices alone, and nobody who joined
    by a telephone or an e-mail alone: else whoever types one would see by it whether it is known here. A report that
    names nobody stands for one.
    """
    clusters = {each.duplicate_cluster_id for each in reports} - {None}
    alone = [each.pk for each in reports if each.duplicate_cluster_id is None]
    told = Report.objects.filter(duplicate_cluster__in=clusters) | Report.objects.filter(pk__in=alone)
    joined = Supporter.objects.filter(report__in=told.values("pk"))
    if not for_staff:
        joined = joined.known_for_certain()
    contact = ("contact__phone_hash", "contact__email_hash") if for_staff else ()
    tellings = [
        *told.values_list("duplicate_cluster", "pk", "device_hash", *contact),
        *joined.values_list("report__duplicate_cluster", "report", "person_hash", *contact),
    ]
    people: dict[object, list[list[str]]] = {}
    for cluster_id, report_id, *hashes in tellings:
        problem = (cluster_id, None) if cluster_id else (None, report_id)
        people.setdefault(problem, []).append([each for each in hashes if each])
    counts = {problem: _count(each) for problem, each in people.items()}
    found = {each.pk: counts.get(_problem_of(each)) for each in reports}
    # A problem may have ended since its report was read: then it is asked again what that one is part of now.
    gone = [pk for pk, count in found.items() if count is None]
    again = people_waiting(list(Report.objects.filter(pk__in=gone)), for_staff=for_staff) if gone else {}
    return {pk: again[pk] if count is None else count for pk, count in found.items()}


def _problem_of(report: Report) -> tuple[int | None, int | None]:
    return (report.duplicate_cluster_id, None) if report.duplicate_cluster_id else (None, report.pk)


def _count(tellings: Iterable[Sequence[str]]) -> int:
    """How many persons there are, where tellings that share a hash are of one."""
    leads: dict[str, str] = {}  # from a hash to another of the same person; who leads to itself stands for one
    nobody = 0

    def lead(name: str) -> str:
        while leads[name] != name:
            leads[name] = leads[leads[name]]
            name = leads[name]
        return name

    for hashes in tellings:
        nobody += not hashes
        for name in hashes:
            leads.setdefault(name, name)
        for one, other in pairwise(hashes):
            leads[lead(one)] = lead(other)
    return nobody + sum(name == to for name, to in leads.items())
