"""Jobs of the front door."""

from datetime import timedelta

from django.utils import timezone

from api.models import FilingWindow, IdempotencyKey, PhotoWindow, RoutingWindow, SupportWindow

KEPT = timedelta(days=1)


def forget_old_answers() -> None:
    """Delete answers and counts older than a day."""
    before = timezone.now() - KEPT
    IdempotencyKey.objects.filter(made_at__lt=before).delete()
    FilingWindow.objects.filter(hour__lt=before).delete()
    RoutingWindow.objects.filter(hour__lt=before).delete()
    PhotoWindow.objects.filter(hour__lt=before).delete()
    SupportWindow.objects.filter(hour__lt=before).delete()
