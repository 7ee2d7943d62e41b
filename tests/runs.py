"""Runs over many reports, reroutings and recomputations alike: ended in the middle, and asked for by program."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from people.models import Role
from tests.api.desks import Desk, code_of
from tests.factories import CityFactory, MembershipFactory, UserFactory
from tests.staff import handler, superuser


class Killed(BaseException):
    """What ends a worker in the middle of its work; nothing is to take it for a fault that it may go on after."""


def killed_after(steps: int) -> Callable[[int, int], None]:
    """A progress that ends the run when it is told of that step, the first being 1."""
    calls = iter(range(1, 1000))

    def progress(done: int, total: int) -> None:
        if next(calls) == steps:
            raise Killed

    return progress


def preview_by(desk: Desk, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """Have a run of that kind (`reroutings`, `recomputations`) previewed at once; the answer."""
    response = desk.post(kind, body)
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"http://testserver/api/v1/{kind}/{answer['id']}"
    return answer


class WhoMayRun:
    """S1: who does not run the city neither moves its reports or dates nor learns what that would move.

    For a class of tests by `act`: the last part of a run's address, `read` for the run itself, empty for a new preview.
    """

    kind: str
    runs: type[Model]

    def ask(self, desk: Desk, act: str, number: int) -> Any:
        if not act:
            return desk.post(self.kind, {"city": "sample"})
        address = f"{self.kind}/{number}"
        if act in {"read", "moves"}:
            return desk.get(address if act == "read" else f"{address}/{act}")
        return desk.post(f"{address}/{act}")

    def test_the_public_is_asked_who_it_is(self, previewed, act):
        assert code_of(self.ask(Desk(), act, previewed["id"]), 401) == "not_authenticated"

    def test_others_are_refused(self, small_city, previewed, act):
        others = [
            UserFactory(),
            handler(small_city.city, Role.HEAD),
            handler(small_city.city, Role.ANALYST),
            handler(small_city.west, Role.DISPATCHER),
            MembershipFactory(department=small_city.city_works, role=Role.DISPATCHER).user,
        ]
        for each in others:
            assert code_of(self.ask(Desk.of(each), act, previewed["id"]), 403) == "forbidden"

    def test_the_dispatcher_of_another_city_does_not_find_it(self, previewed, act):
        stranger = Desk.of(handler(CityFactory(code="elsewhere"), Role.DISPATCHER))
        response = self.ask(stranger, act, previewed["id"])
        assert code_of(response, 404 if act else 400) in {"not_found", "unknown_city"}
        assert self.runs.objects.get().state == "previewed"

    def test_a_number_that_is_none_is_not_found(self, db, act):
        if act:
            for number in (0, 10**30):
                assert code_of(self.ask(Desk.of(superuser()), act, number), 404) == "not_found"
