"""What a reporter sent from the tracking page is taken in: the link's token is the right to, no cookie takes part."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reports.feedback import AnsweredBefore, NotClosed, give_feedback
from reports.handling import TransitionNotAllowed, answer
from reports.models import Report
from reports.references import opens
from reports.refusals import REFUSALS, sentence_of
from web.saying import AnswerForm, FeedbackForm
from web.track_page import form_door, track_page


@form_door
def answer_question(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The answer to what the staff asked."""

    def act(report: Report) -> None:
        answer(report=report, words=form.cleaned_data["words"], at=timezone.now())

    form = AnswerForm(request.POST)
    return _heard(request, reference, token, form, act, then="progress")


@form_door
def say_whether_solved(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Whether it was solved."""

    def act(report: Report) -> None:
        give_feedback(report=report, at=timezone.now(), **form.cleaned_data)

    form = FeedbackForm(request.POST)
    return _heard(request, reference, token, form, act, then="outcome")


def _heard(
    request: HttpRequest,
    reference: str,
    token: str,
    form: forms.Form,
    act: Callable[[Report], None],
    *,
    then: str,
) -> HttpResponse:
    """Do it and lead back to the page; or the page again, with what is wrong, and nothing done."""
    report = Report.objects.filter(reference=reference).first() if opens(reference=reference, token=token) else None
    if report is None:
        return track_page(request, reference, token)
    if not form.is_valid():
        return track_page(request, reference, token, form=form, status=400)
    try:
        act(report)
    except (AnsweredBefore, NotClosed, *REFUSALS) as error:
        form.add_error(None, _sentence(error))
        return track_page(request, reference, token, form=form, status=409)
    address = reverse("web:track", args=[reference, token])
    response = HttpResponseRedirect(f"{address}#{then}")
    response.status_code = 303  # whatever was sent, the page is read
    return response


def _sentence(error: Exception) -> str:
    if isinstance(error, AnsweredBefore):
        return _("You have answered this already.")
    if isinstance(error, NotClosed):
        return _("The report is not closed yet: there is nothing to answer.")
    if isinstance(error, TransitionNotAllowed):
        return _("Nobody waits for an answer of yours: nothing was asked, or it is answered already.")
    return sentence_of(error)
