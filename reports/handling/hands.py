"""Reports taken out of the hands that have them within a department."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Greatest

from reports.models import Delegation
from reports.orders import orders_in_hand, withdraw_orders


def take_back(*, reports: Collection[int], at: datetime, is_done: bool = False) -> bool:
    """Take reports (by key) out of the hands that have them in the department; whether there were any.

    Contractors are told, unless the work is done.
    """
    current = Delegation.objects.filter(report__in=reports, ended_at__isnull=True)
    orders = [] if is_done else orders_in_hand(reports)
    ended = current.update(ended_at=Greatest("at", Value(at)))
    withdraw_orders(orders, at=at)
    return bool(ended)
