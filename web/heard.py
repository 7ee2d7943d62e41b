"""What a reporter sent from the tracking page is taken in: the link's token is the right to, no cookie takes part."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from people.visitors import NoRoom
from reports import photos
from reports.feedback import give_feedback
from reports.handling import answer
from reports.models import Report
from reports.references import opens
from reports.refusals import FOR_REPORTERS, sentence_for_reporter
from web import photo_forms
from web.saying import AnswerForm, FeedbackForm, PhotosForm
from web.track_page import form_door, track_page


@form_door
def answer_question(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The answer to what the staff asked."""

    def act(report: Report, form: forms.Form) -> None:
        answer(report=report, words=form.cleaned_data["words"], at=timezone.now())

    return _heard(request, reference, token, AnswerForm, act, then="progress")


@form_door
def say_whether_solved(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Whether it was solved, with photos of how it is now."""

    def act(report: Report, form: forms.Form) -> None:
        at, given = timezone.now(), dict(form.cleaned_data)
        stored = photo_forms.store(request, given.pop("photo"), keep=False, at=at)
        with photos.or_gone(stored, at=at):
            give_feedback(report=report, at=at, photos=stored, **given)

    return _heard(request, reference, token, FeedbackForm, act, then="outcome")


@form_door
def add_photos(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Photos for the report."""

    def act(report: Report, form: forms.Form) -> None:
        at, given = timezone.now(), form.cleaned_data
        stored = photo_forms.store(request, given["photo"], keep=given["keep_original"], at=at)
        with photos.or_gone(stored, at=at):
            photos.add_photos(report=report, stored=stored, at=at)

    return _heard(request, reference, token, PhotosForm, act, then="photos")


def _heard(
    request: HttpRequest,
    reference: str,
    token: str,
    form_class: type[forms.Form],
    act: Callable[[Report, forms.Form], None],
    *,
    then: str,
) -> HttpResponse:
    """Do it and lead back to the page; or the page again, with what is wrong, and nothing done."""
    report = Report.objects.filter(reference=reference).first() if opens(reference=reference, token=token) else None
    if report is None:
        return track_page(request, reference, token)
    form = form_class()
    try:
        form = photo_forms.read_form(request, form_class)
        if not form.is_valid():
            return track_page(request, reference, token, form=form, status=400)
        act(report, form)
    except (*FOR_REPORTERS, *photo_forms.REFUSALS) as error:
        return _refused(request, reference, token, form if form.is_bound else form_class({}), error)
    address = reverse("web:track", args=[reference, token])
    response = HttpResponseRedirect(f"{address}#{then}")
    response.status_code = 303  # whatever was sent, the page is read
    return response


def _refused(request: HttpRequest, reference: str, token: str, form: forms.Form, error: Exception) -> HttpResponse:
    status = 409
    if isinstance(error, photo_forms.REFUSALS):
        status = photo_forms.refuse(form, error)
    else:
        form.add_error(None, sentence_for_reporter(error))
    response = track_page(request, reference, token, form=form, status=status)
    if isinstance(error, NoRoom):
        response.headers["Retry-After"] = str(error.wait_s)
    return response
