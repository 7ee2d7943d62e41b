"""Members of staff who ask by program."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from api.errors import CODES
from people.models import User
from people.tokens import make_token
from tests.staff import FILED_AT


@dataclass(frozen=True)
class Desk:
    """Requests with the token of a member of staff, answered in English."""

    token: str = ""

    @classmethod
    def of(cls, user: User) -> "Desk":
        return cls(make_token(user=user, name="desk", at=FILED_AT)[1])

    def get(self, address: str, **query: Any):
        return Client().get(f"/api/v1/{address}", query, headers=self._headers())

    def post(self, address: str, body: Any = None):
        return self._send("POST", address, body)

    def patch(self, address: str, body: Any):
        return self._send("PATCH", address, body)

    def _send(self, method: str, address: str, body: Any):
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        send = getattr(Client(), method.lower())
        return send(f"/api/v1/{address}", headers=self._headers(), **given)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": "en"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def ok(response: Any) -> dict[str, Any]:
    """The properties of the report that an act has left."""
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()["properties"]
    return found


def code_of(response: Any, status: int) -> str:
    """The code of a problem of that status."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    code: str = response.json()["code"]
    assert code in CODES
    return code
