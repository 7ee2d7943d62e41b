"""How one rule follows another: what has decided is not rewritten, it ends, and its successor begins."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from jurisdictions.models import RoutingRule
from jurisdictions.rules.register import days_of


class NotInItsDays(ValueError):
    """A rule can neither end before it began nor begin anew after it has ended."""


def end(*, rule: RoutingRule, on: date) -> None:
    """Let a rule hold no longer from the day `on`; one that would begin that day or later holds on none."""
    first_day = rule.in_force.lower
    rule.in_force = (first_day, on if first_day is None else max(first_day, on))
    rule.save(update_fields=["in_force"])


@transaction.atomic
def succeed(*, rule: RoutingRule, on: date) -> RoutingRule:
    """End a rule on the day `on`, and let one that says the same begin on it, which is free to be changed.

    Raises NotInItsDays where the rule does not hold on that day.
    """
    current = RoutingRule.objects.select_for_update().get(pk=rule.pk)
    days = days_of(current)
    if days is None or not days.first <= on < days.until:
        raise NotInItsDays(_("The rule does not hold on this day."))
    last_day = current.in_force.upper
    end(rule=current, on=on)
    current.pk, current._state.adding, current.in_force = None, True, (on, last_day)
    current.save()
    return RoutingRule.objects.get(pk=current.pk)
