"""Accounts with which the staff's side of a demo can be tried."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from jurisdictions.models import Jurisdiction
from people.models import Membership, Role, User
from people.tokens import make_token

DOMAIN = "@example.com"  # by its address a demo's account is told from a person's


class Command(BaseCommand):
    help = "Make a superuser, a head of a district, an operator of 137 and a dispatcher; run again, show their login."

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        city = Jurisdiction.objects.cities().order_by("pk").first()
        if city is None:
            raise CommandError("There is no city yet: load one with load_city.")
        district = city.children.order_by("level__rank", "pk").first() or city
        password = _password(settings.LOCAL / "demo-login")
        self._hashed = _hashed(password)
        with transaction.atomic():
            self._account("admin", "runs the service, sees everything", password, is_superuser=True)
            people = [
                ("head", Role.HEAD, district),
                ("operator", Role.OPERATOR, city),
                ("dispatcher", Role.DISPATCHER, city),
            ]
            for name, role, ground in people:
                user = self._account(name, f"{role.value} of {ground.name('en')}", password)
                _give(user, role, ground, at)
            self._token_for_the_operator(at)

    def _account(self, name: str, what: str, password: str, *, is_superuser: bool = False) -> User:
        """The account of that name, with this password. Raises CommandError where it is somebody's own."""
        mark = f"{name}{DOMAIN}"
        user = User.objects.filter(username=name).first()
        if user is None:
            user = User(username=name, email=mark, is_staff=True, is_superuser=is_superuser)
        if user.email != mark:
            raise CommandError(f"There is an account “{name}” already that no demo has made: it is left alone.")
        if user.password != self._hashed:
            user.password = self._hashed
            user.save()
        self.stdout.write(f"  {name:<12}{password}  ({what})")
        return user

    def _token_for_the_operator(self, at: datetime) -> None:
        """A token for the operator's program; it is shown now and never again."""
        operator = User.objects.get(username="operator")
        if not operator.api_tokens.filter(name="demo").exists():
            _, secret = make_token(user=operator, name="demo", at=at)
            self.stdout.write(f"  API token of the operator, shown this once: {secret}")


def _give(user: User, role: Role, ground: Jurisdiction, at: datetime) -> None:
    if not user.memberships.filter(role=role, jurisdiction=ground).exists():
        Membership.objects.create(user=user, role=role, jurisdiction=ground, in_force=(ground.day_at(at), None))


def _hashed(password: str) -> str:
    """One hash for all accounts: the one they have, if it is of this password. Each takes half a second."""
    known = User.objects.filter(email__endswith=DOMAIN).values_list("password", flat=True).distinct()
    return next((each for each in known if check_password(password, each)), None) or make_password(password)


def _password(path: Path) -> str:
    """The demo's password: made at random once, and kept where only its owner reads it."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12) + "\n")
    return path.read_text().strip()
