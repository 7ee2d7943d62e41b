"""Jobs of the front door."""

from datetime import timedelta

from django.utils import timezone

from api.models import IdempotencyKey
from people.models import WINDOWS

KEPT = timedelta(days=1)


def forget_old_answers() -> None:
    """Delete answers and counts older than a day."""
    before = timezone.now() - KEPT
    IdempotencyKey.objects.filter(made_at__lt=before).delete()
    for window in WINDOWS:
        window._default_manager.filter(hour__lt=before).delete()
