"""All that is wrong with who answers for what in a city: its rules, its departments, its categories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Category, Department, Jurisdiction, RoutingRule
from jurisdictions.rules.faults import RuleFault, among_others, in_order_of_weight, own_faults
from jurisdictions.rules.precedence import Voice, hear, in_order, meet, moments, voices_of
from jurisdictions.rules.register import Days, Register, read_register

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, kw_only=True)
class CityFault:
    """One fault, and the rule, department or category that has it."""

    of: RoutingRule | Department | Category
    is_error: bool
    sentence: "StrOrPromise | RuleFault"


def faults_of_rules(city: Jurisdiction, *, on: date) -> dict[int, list[RuleFault]]:
    """What is wrong with each rule that holds on that day or later, by its key; errors first."""
    register = read_register(city)
    coming = Days(on, date.max)
    return _judged(_voices(register, coming), register, coming)


@dataclass(frozen=True, kw_only=True)
class Neighbors:
    """The rules that are asked before and after one, of those that ever speak together with it."""

    before: list[RoutingRule]
    after: list[RoutingRule]


def neighbors_of(rule: RoutingRule) -> Neighbors:
    """Who goes before and after a stored rule, in the order in which routing asks."""
    register = read_register(rule.root)
    voices = in_order(voices_of(register.rules))
    own = next((each for each in voices if each.rule.pk == rule.pk), None)
    if own is None:
        return Neighbors(before=[], after=[])
    beside = [each for each in voices if each is own or meet(own, each, categories=register.categories)]
    at = beside.index(own)
    return Neighbors(before=[each.rule for each in beside[:at]], after=[each.rule for each in beside[at + 1 :]])


def heir_of(department: Department) -> Department | None:
    """Who has a department's work while it is not active: the one with its function in the nearest parent."""
    register = read_register(department.root)
    register.departments.pop((department.jurisdiction_id, department.function_id), None)
    return register.heir(jurisdiction_id=department.jurisdiction_id, function_id=department.function_id)


def faults_of_city(city: Jurisdiction, *, on: date) -> list[CityFault]:
    """What is wrong with a city's rules that hold on that day or later, and with what they lead to; errors first."""
    register = read_register(city)
    coming = Days(on, date.max)
    voices = _voices(register, coming)
    faults = _judged(voices, register, coming)
    found = [
        *(
            CityFault(of=each.rule, is_error=fault.is_error, sentence=fault)
            for each in voices
            for fault in faults[each.rule.pk]
        ),
        *_faults_of_departments(register),
        *_faults_of_categories(voices, register, on),
    ]
    return sorted(found, key=lambda fault: not fault.is_error)


def _voices(register: Register, coming: Days) -> list[Voice]:
    return [each for each in voices_of(register.rules) if each.days.overlap(coming)]


def _judged(voices: Sequence[Voice], register: Register, coming: Days) -> dict[int, list[RuleFault]]:
    outcome = hear(register, voices, during=coming)
    return {
        each.rule.pk: in_order_of_weight([*own_faults(each.rule, register=register), *among_others(each, outcome)])
        for each in voices
    }


def _faults_of_departments(register: Register) -> Iterator[CityFault]:
    for department in register.departments.values():
        place, function = department.jurisdiction_id, department.function_id
        if not department.is_active and register.heir(jurisdiction_id=place, function_id=function) is None:
            sentence = _("It is not active, and no department above takes its work.")
            yield CityFault(of=department, is_error=False, sentence=sentence)


def _faults_of_categories(voices: Sequence[Voice], register: Register, on: date) -> Iterator[CityFault]:
    today = [each for each in voices if each.days.first <= on]
    for category in register.categories:
        about = [each for each in today if each.is_about(category)]
        if not category.is_active:
            continue
        if not about:
            yield CityFault(of=category, is_error=True, sentence=_("No rule answers it."))
        elif not _is_always_answered(about, on):
            sentence = _("Its rules answer only at some times, by some ways in, or on special ground.")
            yield CityFault(of=category, is_error=False, sentence=sentence)


def _is_always_answered(voices: Sequence[Voice], on: date) -> bool:
    """Whether at each moment a rule speaks at a level that is meant to fill the city."""
    whole_week = Days(on, date.max)
    return all(
        any(each.level.closes_gaps and each.speaks_at(moment) for each in voices)
        for moment in moments(voices, whole_week)
    )
